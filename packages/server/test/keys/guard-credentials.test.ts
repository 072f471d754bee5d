import { describe, expect, it } from 'vitest'
import { readGuardCredentials } from '../../src/keys/guard-credentials.js'
import { messageOf } from '../harness/error-message.js'
import { randomSecret } from '../harness/secrets.js'

describe('readGuardCredentials', () => {
  it('tells a credential of the list from every other text', () => {
    const [one, other] = [randomSecret(), randomSecret()]
    const isGuard = readGuardCredentials([one, other])

    expect([one, other].map(isGuard)).toEqual([true, true])
    expect([`${one} `, one.slice(1), '', randomSecret()].map(isGuard)).toEqual([false, false, false, false])
  })

  it('accepts no credential if none is listed', () => {
    expect(readGuardCredentials()('')).toBe(false)
  })

  it.each([
    ['a short one', ['short']],
    ['one that no header carries', [`${randomSecret()}ü`]],
    ['one with a space', [`${randomSecret()} x`]],
    ['no text', [undefined as unknown as string]],
    ['a string instead of a list', randomSecret() as unknown as string[]],
  ])('refuses %s, and names secrets.guards', (_, guards) => {
    expect(messageOf(() => readGuardCredentials(guards))).toMatch(/^secrets\.guards/)
  })
})
