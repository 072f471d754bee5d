import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

export interface DemoAccount {
  readonly username: string
  readonly password: string
}

/** What must be the same at each start on the same database: it holds keys that one secret has sealed, and these accounts. */
export interface Keepsakes {
  readonly secrets: {
    readonly refresh: string
    readonly seal: string
    /** What the business server shows to read the revocation feed. */
    readonly guard: string
  }
  readonly accounts: readonly DemoAccount[]
}

/** Made anew: a password that stands in a repository is one that somebody knows. */
export function newKeepsakes(): Keepsakes {
  const random = (bytes: number) => randomBytes(bytes).toString('base64url')
  return {
    secrets: { refresh: random(48), seal: random(48), guard: random(32) },
    accounts: ['demo', 'second'].map((username) => ({ username, password: random(9) })),
  }
}

/** Reads them from a file, for this user alone; makes it where it is missing. */
export function keepsakesIn(path: string): Keepsakes {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Keepsakes
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const made = newKeepsakes()
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writeFileSync(path, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
  return made
}
