import { createGuard } from '@sessionward/guard'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { AuthServer } from '../../src/auth-server.js'
import { createRevocationRetention } from '../../src/revocation/retention.js'
import { memoryStore } from '../../src/store/memory/index.js'
import { testServer } from '../harness/auth-server.js'
import { drivers } from '../harness/drivers.js'
import { testSecrets } from '../harness/secrets.js'

const issuer = 'https://auth.example.com'

describe.each(drivers)('how long a revocation is kept, on $name', (driver) => {
  it.each([
    ['after the lifetime was shortened', { lifetimes: { accessToken: 3000 } }],
    ['after the kind went from sliding to rotating', { sessionKind: 'sliding' as const }],
  ])('covers access tokens from before, %s', async (_, before) => {
    const secrets = testSecrets()
    const first = testServer({ secrets, ...before }, driver)
    const { accessToken, session } = await first.auth.sessions.start({ subject: 'ann', transport: 'body' })
    const { auth } = testServer({ secrets, store: first.stored.store })

    await auth.sessions.end(session.id, 'signed_out')
    first.clock.advance(2900)
    await first.stored.store.sessions.deleteExpired(3600, 100)

    expect(await codeAt(auth, first.clock.read, accessToken)).toBe('signed_out')
  })

  it('covers them where all sessions of a person end at once', async () => {
    const secrets = testSecrets()
    const first = testServer({ secrets, lifetimes: { accessToken: 3000 } }, driver)
    const { accessToken } = await first.auth.sessions.start({ subject: 'ann' })
    const { auth } = testServer({ secrets, store: first.stored.store })

    await auth.sessions.endAll({ subject: 'ann' }, 'credentials_changed')
    first.clock.advance(2900)
    await first.stored.store.sessions.deleteExpired(3600, 100)

    expect(await codeAt(auth, first.clock.read, accessToken)).toBe('credentials_changed')
  })
})

describe('the longest lifetime', () => {
  it('is the longest of all nodes, in whatever order they start, and survives them', async () => {
    const { counters } = memoryStore()
    const nodes = [300, 7200, 900].map((lifetime) => createRevocationRetention(counters, lifetime))

    await Promise.all([...nodes, ...nodes].map((node) => node.record()))

    expect(await Promise.all(nodes.map((node) => node.seconds()))).toEqual([7260, 7260, 7260])
    expect(await createRevocationRetention(counters, 300).seconds()).toBe(7260)
  })

  it('is written again where the store was unavailable, before a token is issued', async () => {
    const { auth, stored } = testServer({ lifetimes: { accessToken: 3000 } })
    stored.away = true
    await auth.ready().catch(() => {})
    await expect(auth.sessions.start({ subject: 'ann' })).rejects.toThrow()
    stored.away = false

    await auth.sessions.start({ subject: 'ann' })

    expect(await createRevocationRetention(stored.store.counters, 300).seconds()).toBe(3060)
  })
})

/** What a guard says that starts now, and knows of ends what the store still holds. */
async function codeAt(auth: AuthServer, now: () => number, accessToken: string): Promise<string> {
  const guard = createGuard({ issuer, audience: issuer, keys: () => auth.keys.jwks(), feed: auth.revocations, now })
  onTestFinished(() => guard.close())
  await guard.ready?.()
  const request = { method: 'GET', url: issuer, headers: { authorization: `Bearer ${accessToken}` } }
  return guard.check(request).then(
    () => 'accepted',
    ({ code }) => code,
  )
}
