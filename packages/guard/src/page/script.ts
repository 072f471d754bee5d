import { fingerprint } from './fingerprint.js'

/** The script of the interstitial, and an address that changes with it. */
export interface Script {
  readonly text: string
  readonly version: string
}

let bundled: Promise<Script> | undefined

/**
 * The script that comes with this package: it contains the client.
 *
 * @throws Error where there are no files, or the package was not built
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
  // Imported here, so that pages can be guarded where there is no node:fs.
  const { readFile } = await import('node:fs/promises')
  // Sources and build are equally far from it.
  return scriptOf(await readFile(new URL('../../dist/page/continue.min.js', import.meta.url), 'utf8'))
}

export function scriptOf(text: string): Script {
  return { text, version: fingerprint(text) }
}
