import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import newest, { type AxiosStatic } from 'axios'

export interface AxiosVersion {
  readonly version: string
  /** Null where it cannot be had: tests of it are skipped. */
  readonly axios: AxiosStatic | null
  /** The `adapter` options that this version has in Node. Undefined: the default. */
  readonly adapters: readonly (string | string[] | undefined)[]
}

const names = ['http', 'fetch', ['xhr', 'http', 'fetch']]

/** The oldest that is supported, a common one, two that broke recipes, and the newest. */
export async function axiosVersions(): Promise<readonly AxiosVersion[]> {
  const of = async (version: string, adapters: AxiosVersion['adapters']) => {
    const module = obtain('axios', version)
    return { version, axios: module === null ? null : ((await import(module)).default as AxiosStatic), adapters }
  }
  return [
    // Adapters had no names yet.
    await of('1.1.3', [undefined]),
    await of('1.7.0', names),
    await of('1.13.3', names),
    await of('1.13.4', names),
    { version: newest.VERSION, axios: newest, adapters: names },
  ]
}

/** Packages of others that tests try: into .cache, so that no package.json knows of them. Null where there is no registry. */
export function obtain(name: string, version: string): string | null {
  const folder = join(import.meta.dirname, '../../../../.cache', `${name}-${version}`)
  const installed = join(folder, 'node_modules', name)
  if (!existsSync(installed)) {
    mkdirSync(folder, { recursive: true })
    // A package.json of its own: npm would take the folder for a part of this workspace.
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
    const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-save', '--legacy-peer-deps']
    spawnSync('npm', [...args, `${name}@${version}`], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  }
  if (!existsSync(installed)) return null
  const entry = ['index.js', 'src/index.js'].map((file) => join(installed, file)).find(existsSync)
  return entry ? pathToFileURL(entry).href : null
}
