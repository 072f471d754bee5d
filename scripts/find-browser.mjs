// @ts-check
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * @typedef {object} FoundBrowser
 * @property {string} path the executable
 * @property {string} version as it says itself
 * @property {string} from how it was found
 *
 * @typedef {[path: string, from: string]} Candidate
 */

/**
 * The browser that an environment variable names, else the first that starts: of these names on this machine, then elsewhere.
 *
 * @param {{ variable: string, names: readonly string[], elsewhere: () => readonly Candidate[] }} where
 * @returns {FoundBrowser | null}
 * @throws Error if the variable names something that does not start
 */
export function findBrowser({ variable, names, elsewhere }) {
  const named = process.env[variable]
  if (named) {
    const found = inspect(named, variable)
    if (!found) throw new Error(`${variable} names no browser that starts`)
    return found
  }
  const folders = ['/usr/bin', ...(process.env.PATH ?? '').split(delimiter)]
  const installed = names.flatMap((name) => folders.map((folder) => join(folder, name)))
  for (const path of installed) {
    const found = inspect(path, 'installed')
    if (found) return found
  }
  for (const [path, from] of elsewhere()) {
    const found = inspect(path, from)
    if (found) return found
  }
  return null
}

/**
 * A file of the right name may still be a pointer to a snap that is not there, so it is asked for its version.
 *
 * @param {string} path
 * @param {string} from
 * @returns {FoundBrowser | null}
 */
function inspect(path, from) {
  if (!existsSync(path)) return null
  const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 20_000 })
  const version = /[\d.]{5,}/.exec(stdout ?? '')?.[0]
  return status === 0 && version ? { path, version, from } : null
}
