import { fingerprint } from './fingerprint.js'

/** The script of the interstitial, and a version that changes with it. */
export interface Script {
  readonly text: string
  readonly version: string
}

let bundled: Promise<Script> | undefined

/**
 * The script that comes with this package: it contains the client.
 *
 * @throws Error if there is no file system, or the package was not built
 */
export function bundledScript(): Promise<Script> {
  bundled ??= read().catch((cause: unknown) => {
    bundled = undefined
    throw new Error(
      'the script of the interstitial cannot be read: run the build, or give its text as interstitial({ ..., script })',
      { cause },
    )
  })
  return bundled
}

async function read(): Promise<Script> {
  // Imported dynamically, because some runtimes have no node:fs.
  const { readFile } = await import('node:fs/promises')
  // The relative path is the same from src and from dist.
  return scriptOf(await readFile(new URL('../../dist/page/continue.min.js', import.meta.url), 'utf8'))
}

export function scriptOf(text: string): Script {
  return { text, version: fingerprint(text) }
}
