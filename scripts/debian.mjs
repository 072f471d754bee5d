// @ts-check
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * Installs packages where that can be done without asking anybody: as root on Debian.
 *
 * @param {readonly string[]} packages
 * @returns {boolean} whether apt-get says that they are there now
 */
export function installDebianPackages(packages) {
  if (!isDebianRoot()) return false
  console.log(`Installing Debian's ${packages.join(' and ')} with apt-get; this happens once a machine.`)
  // An old package list names files that the mirror no longer has.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const run = (/** @type {string[]} */ args) => spawnSync('apt-get', ['-q', ...args], { env, encoding: 'utf8' })
  run(['update'])
  const { status, stderr } = run(['install', '-y', '--no-install-recommends', ...packages])
  if (status !== 0) console.error(`apt-get could not install them:\n${stderr ?? ''}`)
  return status === 0
}

/** The commands a person types, for a message. @param {readonly string[]} packages */
export function debianCommands(packages) {
  return `sudo apt-get update && sudo apt-get install -y ${packages.join(' ')}`
}

function isDebianRoot() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  try {
    // Ubuntu's chromium package is only a pointer to a snap: Debian itself is meant.
    return /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'))
  } catch {
    return false
  }
}
