// @ts-check
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/**
 * Another version of NestJS with its platforms, from the lock in runtime-tests/nest-<major> into .cache: its packages have the
 * names of those of the workspace, so they cannot be installed beside them.
 *
 * @param {number} major
 * @returns {string | null} its folder, null where it cannot be had
 */
export function obtainNest(major) {
  const source = `runtime-tests/nest-${major}`
  const folder = resolve('.cache', `nest-${major}`)
  if (!isCurrent(source, folder)) {
    mkdirSync(folder, { recursive: true })
    copyFileSync(join(source, 'package.json'), join(folder, 'package.json'))
    const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund']
    copyFileSync(join(source, 'package-lock.json'), join(folder, 'package-lock.json'))
    const { status } = spawnSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
    if (status !== 0) return null
  }
  return versionIn(folder)?.startsWith(`${major}.`) ? folder : null
}

/** @param {string} source @param {string} folder */
function isCurrent(source, folder) {
  const lock = 'package-lock.json'
  if (versionIn(folder) === undefined) return false
  return readFileSync(join(source, lock), 'utf8') === readFileSync(join(folder, lock), 'utf8')
}

/** @param {string} folder @returns {string | undefined} */
function versionIn(folder) {
  const file = join(folder, 'node_modules/@nestjs/core/package.json')
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : undefined
}
