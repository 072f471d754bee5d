// @ts-check
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'

/** Asked by Debian's packages before they start what they bring: 101 forbids it (invoke-rc.d). */
const policy = '/usr/sbin/policy-rc.d'

/**
 * Installs packages where that can be done without asking anybody: as root on Debian. A server among them is not started: the
 * tests start their own, and a machine does not get one on its standard port by running tests.
 *
 * @param {readonly string[]} packages
 * @returns {boolean} whether apt-get says that they are there now
 */
export function installDebianPackages(packages) {
  if (!isDebianRoot()) return false
  console.log(`Installing Debian's ${packages.join(' and ')} with apt-get; this happens once a machine.`)
  const hasPolicy = existsSync(policy)
  if (!hasPolicy) {
    writeFileSync(policy, '#!/bin/sh\nexit 101\n')
    chmodSync(policy, 0o755)
  }
  try {
    // An old package list names files that the mirror no longer has.
    aptGet(['update'])
    const { status, stderr } = aptGet(['install', '-y', '--no-install-recommends', ...packages])
    if (status !== 0) console.error(`apt-get could not install them:\n${stderr ?? ''}`)
    return status === 0
  } finally {
    if (!hasPolicy) rmSync(policy)
  }
}

/**
 * Whether servers may be installed: a person who runs the tests as root may not want that, so it needs CI or ALLOW_APT=1.
 */
export function mayInstallServers() {
  return isDebianRoot() && (Boolean(process.env.CI) || process.env.ALLOW_APT === '1')
}

/** The commands a person types, for a message. @param {readonly string[]} packages */
export function debianCommands(packages) {
  return `sudo apt-get update && sudo apt-get install -y ${packages.join(' ')}`
}

/** @param {string[]} args */
function aptGet(args) {
  // Another apt-get may be at work on a machine that has just started.
  const wait = ['-o', 'DPkg::Lock::Timeout=300']
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return spawnSync('apt-get', ['-q', ...wait, ...args], { env, encoding: 'utf8' })
}

export function isDebianRoot() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  try {
    // Ubuntu's chromium package is only a pointer to a snap: Debian itself is meant.
    return /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'))
  } catch {
    return false
  }
}
