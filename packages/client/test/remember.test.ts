import { describe, expect, test } from 'vitest'
import { readVault, type Vault, type VaultRecord } from '../src/vault/vault.js'
import { memoryVault } from './support/memory-vault.js'
import { ann, outcome, until, useWorld } from './support/world.js'

const world = useWorld()

/** What is on the disk. */
const stored = () => readVault(world.browser.vault(`sessionward ${world.server.origin}/auth default`))

async function openWith(remember: boolean | undefined) {
  const tab = world.open({ transport: 'body' })
  await tab.client.signIn({ ...ann, ...(remember !== undefined && { remember }) })
  return tab
}

describe('in body transport, a session that should not be remembered', () => {
  test('leaves no refresh token on the disk, not even after a refresh', async () => {
    const { client } = await openWith(false)
    const first = await stored()
    world.server.expireAccessTokens()

    expect(await outcome(client.fetch(world.hello))).toBe('200')

    const second = await stored()
    expect([first?.session?.refreshToken, second?.session?.refreshToken]).toEqual([undefined, undefined])
    expect(second!.version).toBeGreaterThan(first!.version)
    expect(second?.session?.jti).not.toBe(first?.session?.jti)
  })

  test('is shared by the tabs, refreshed by one of them, and outlives the first tab', async () => {
    const first = await openWith(false)
    const second = world.open({ transport: 'body' })
    await until(() => second.client.state === 'active')
    world.server.expireAccessTokens()
    const both = await Promise.all([first, second].map(({ client }) => outcome(client.fetch(world.hello))))
    first.client.destroy()
    world.server.expireAccessTokens()

    expect(both).toEqual(['200', '200'])
    expect(await outcome(second.client.fetch(world.hello))).toBe('200')
    expect(world.server.refreshes()).toBe(2)
  })

  test('is over when the last tab has closed: a page that opens is anonymous, without a request', async () => {
    const { client } = await openWith(false)
    client.destroy()
    const before = world.server.calls.length
    const said: string[] = []

    const { client: next } = world.open({ transport: 'body' }, { channel: false })
    next.on('signout', () => said.push('signout'))
    next.on('reauth', () => said.push('reauth'))
    await until(() => next.state !== 'unknown')

    expect([next.state, said, world.server.calls.length - before]).toEqual(['anonymous', [], 0])
  })

  test.each([true, undefined])('differs from one with remember %s, which is kept', async (remember) => {
    const { client } = await openWith(false)
    await client.signIn({ ...ann, ...(remember !== undefined && { remember }) })
    client.destroy()

    const { client: next } = world.open({ transport: 'body' })
    await until(() => next.state !== 'unknown')

    expect([next.state, Boolean((await stored())?.session?.refreshToken)]).toEqual(['active', true])
  })

  test('keeps its tokens if the write fails, and continues with them', async () => {
    const faults = { full: false }
    const shared = memoryVault<VaultRecord>()
    const vault: Vault = async (change) =>
      await shared((before) => {
        const next = change(before)
        if (next && faults.full) throw new DOMException('The disk is full.', 'QuotaExceededError')
        return next
      })
    const { client } = world.open({ transport: 'body' }, { openVault: (() => vault) as never })
    await client.signIn({ ...ann, remember: false })
    faults.full = true
    world.server.expireAccessTokens()
    await outcome(client.fetch(world.hello))
    faults.full = false
    world.server.expireAccessTokens()

    expect(await outcome(client.fetch(world.hello))).toBe('200')
    expect(JSON.stringify(await readVault(shared))).not.toMatch(/-refresh-/)
  })
})
