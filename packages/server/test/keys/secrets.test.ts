import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { developmentSecrets } from '../../src/keys/development-secrets.js'
import { readSecrets } from '../../src/keys/secrets.js'
import { messageOf } from '../harness/error-message.js'
import { randomSecret } from '../harness/secrets.js'
import { temporaryFolder } from '../harness/temporary-folder.js'

describe('readSecrets', () => {
  const guards = [randomSecret()]

  it('adds the secrets of development to guards that stand alone', () => {
    const data = temporaryFolder()

    const secrets = readSecrets({ guards }, 'development', data)

    const { refresh, seal } = developmentSecrets(data)
    expect(secrets).toEqual({ refresh: [{ id: 1, secret: refresh, state: 'minting' }], seal, guards })
    expect(readSecrets(undefined, 'development', data)).toEqual({ ...secrets, guards: [] })
  })

  it.each([
    ['production', { guards }, 'secrets.seal is missing'],
    ['production', undefined, 'secrets is missing: production needs'],
    ['development', { guards, refresh: [] }, 'secrets.seal is missing'],
  ] as const)('makes none up in %s where %#', (mode, given, said) => {
    const data = temporaryFolder()

    expect(messageOf(() => readSecrets(given, mode, data))).toContain(said)
    expect(readdirSync(data)).toEqual([])
  })

  it('does not take for a guard credential what development keeps for itself', () => {
    const data = temporaryFolder()
    const { seal } = developmentSecrets(data)

    expect(messageOf(() => readSecrets({ guards: [seal] }, 'development', data))).toContain('must all be different')
  })
})

it('refuses a secret that has two uses, and does not quote it', () => {
  const [one, other] = [randomSecret(), randomSecret()] as const
  const refresh = [{ id: 1, secret: one, state: 'minting' }] as const

  const messages = [
    { refresh, seal: one },
    { refresh, seal: other, guards: [one] },
    { refresh, seal: other, guards: [other] },
  ].map((secrets) => messageOf(() => readSecrets(secrets, 'production', 'data')))

  for (const message of messages) {
    expect(message).toMatch(/^secrets: refresh, seal and guards must all be different/)
    expect(message).not.toContain(one)
  }
  expect(() => readSecrets({ refresh, seal: other, guards: [randomSecret()] }, 'production', 'data')).not.toThrow()
})
