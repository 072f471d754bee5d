import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

export interface DemoAccount {
  readonly username: string
  readonly password: string
}

/** What every start on the same database needs: the secret that its keys are sealed with, and the same accounts. */
export interface Seed {
  readonly secrets: {
    readonly refresh: string
    readonly seal: string
    /** The business server reads the revocation feed with it. */
    readonly guard: string
  }
  readonly accounts: readonly DemoAccount[]
}

/** Generates every value: a password in a repository is a password that everybody knows. */
export function createSeed(): Seed {
  const random = (bytes: number) => randomBytes(bytes).toString('base64url')
  return {
    secrets: { refresh: random(48), seal: random(48), guard: random(32) },
    accounts: ['demo', 'second'].map((username) => ({ username, password: random(9) })),
  }
}

/** Reads the seed from a file that only this user can read, and creates the file where it is missing. */
export function readSeed(path: string): Seed {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Seed
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const seed = createSeed()
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writeFileSync(path, `${JSON.stringify(seed, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
  return seed
}
