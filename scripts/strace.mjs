// @ts-check
import { spawnSync } from 'node:child_process'
import { debianCommands, installDebianPackages } from './debian.mjs'

/** Whether strace is here: it counts the `fdatasync` calls that make an answered write durable. */
export function findStrace() {
  return spawnSync('strace', ['-V'], { stdio: 'ignore' }).status === 0
}

/** Finds strace, else installs Debian's where this may be done. Prints what it does. */
export function ensureStrace() {
  if (findStrace()) return true
  const installed = installDebianPackages(['strace']) && findStrace()
  if (!installed) console.error(`No strace here. On Debian: ${debianCommands(['strace'])}`)
  return installed
}
