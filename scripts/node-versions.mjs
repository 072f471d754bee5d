// @ts-check
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/**
 * Another version of Node, from the package registry into .cache: the packages `node-<platform>-<arch>` carry the binary, so
 * that no install script has to fetch one.
 *
 * @param {number} major
 * @returns {string | null} path of the executable, null where it cannot be had
 */
export function obtainNode(major) {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  const folder = resolve('.cache', `node-${major}`)
  const executable = join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (!existsSync(executable)) {
    mkdirSync(folder, { recursive: true })
    // A package.json of its own: npm would take the folder for a part of this workspace.
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
    const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-save', `${name}@${major}`]
    spawnSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  }
  const { status, stdout } = spawnSync(executable, ['--version'], { encoding: 'utf8' })
  return status === 0 && stdout.startsWith(`v${major}.`) ? executable : null
}
