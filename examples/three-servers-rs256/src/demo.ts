import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** What a deployment would have in its environment: made at the first start, since what stands in a repository is known. */
export interface Demo {
  readonly accounts: readonly DemoAccount[]
  /** The guard reads the revocation feed with it. */
  readonly guardCredential: string
}

export interface DemoAccount {
  readonly username: string
  readonly password: string
  readonly name: string
}

/** Reads the file, which only this user can read, or makes it. */
export function readDemo(file: string): Demo {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Demo
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const people = { ann: 'Ann', bob: 'Bob' }
  const accounts = Object.entries(people).map(([username, name]) => ({ username, name, password: random(12) }))
  const demo: Demo = { accounts, guardCredential: random(32) }
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(file, `${JSON.stringify(demo, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
  return demo
}

function random(bytes: number): string {
  return randomBytes(bytes).toString('base64url')
}
