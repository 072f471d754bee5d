import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The credential with which guards read the revocation feed in development. Created once and stored in the data folder in a file
 * that only its owner can read, so that the environment of a guard stays valid across restarts.
 *
 * @throws Error if the file contains no credential.
 */
export function developmentGuardCredential(folder: string): string {
  const file = join(folder, 'guard-credential')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  try {
    writeFileSync(file, `${randomBytes(48).toString('base64url')}\n`, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  // A copied or restored file may have lost its mode.
  if (statSync(file).mode & 0o077) chmodSync(file, 0o600)
  const credential = readFileSync(file, 'utf8').trim()
  if (/^[\w-]{64}$/.test(credential)) return credential
  throw new Error(`${file} does not contain a guard credential: delete it, and the next start creates a new one`)
}
