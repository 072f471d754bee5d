// @ts-check
import { spawn, spawnSync } from 'node:child_process'
import { accessSync, constants, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * Where programs are: PATH, then the folders that distributions keep out of an ordinary user's PATH.
 *
 * @param {readonly string[]} [more]
 */
export function programFolders(more = []) {
  return [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/usr/local/bin', ...more]
}

/** @param {string} name @param {readonly string[]} folders @returns {string | null} */
export function findExecutable(name, folders = programFolders()) {
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null
}

/** Subfolders, the highest number first: `15`, `9.6`. @param {string} folder */
export function versionFolders(folder) {
  try {
    return readdirSync(folder)
      .sort((a, b) => Number.parseFloat(b) - Number.parseFloat(a))
      .map((name) => join(folder, name))
  } catch {
    return []
  }
}

/** @typedef {{ readonly uid: number, readonly gid: number }} Account */

/**
 * Database servers refuse to run as root: root runs them as the first of these accounts that exists, anybody else as himself.
 *
 * @param {readonly string[]} names
 * @returns {Account | undefined}
 */
export function accountFor(names) {
  if (process.getuid?.() !== 0) return undefined
  for (const name of [...names, 'nobody']) {
    const ids = ['-u', '-g'].map((flag) => spawnSync('id', [flag, name], { encoding: 'utf8' }))
    if (ids.every(({ status }) => status === 0)) return { uid: Number(ids[0]?.stdout), gid: Number(ids[1]?.stdout) }
  }
  return undefined
}

/**
 * Runs a program to its end.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<string>} what it printed
 * @throws when it ends badly, with the end of what it printed
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const take = (/** @type {Buffer} */ bytes) => {
      output += bytes
    }
    child.stdout?.on('data', take)
    child.stderr?.on('data', take)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code === 0) resolve(output)
      else reject(new Error(`${command} ended with ${signal ?? code}:\n${output.slice(-2000)}`))
    })
  })
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
