import { randomBytes } from 'node:crypto'
import type { Secrets } from '../../src/keys/secrets.js'

export function randomSecret(): string {
  return randomBytes(48).toString('base64')
}

export const guardCredential = randomSecret()

/** Secrets as an operator would make them, new for each run of the tests. */
export function testSecrets(): Secrets & { readonly seal: string } {
  return {
    refresh: [{ id: 1, secret: randomSecret(), state: 'minting' }],
    seal: randomSecret(),
    guards: [guardCredential],
  }
}
