import { describe, expect, it } from 'vitest'
import type { Profile } from '../../src/directory/directory.js'
import { cacheProfilesInMemory } from '../../src/profiles/memory-cache.js'
import type { ProfileReader } from '../../src/profiles/reader.js'
import { uncached } from '../../src/profiles/reader.js'
import { createAuthServer } from '../../src/server.js'
import { sqliteStore } from '../../src/store/sqlite/index.js'
import { testSecrets } from '../harness/secrets.js'
import { interpose } from '../harness/stores.js'

const ann = { tenant: '', subject: 'ann' }

describe('a profile that a node remembers', () => {
  it('is not read again for a session that it is new enough for', async () => {
    const { reader, asked } = reading()
    await reader.read(ann, { notBefore: 1000, readAt: 2000 })

    expect(await reader.read(ann, { notBefore: 2000, readAt: 3000 })).toEqual({ scope: '1', user: { subject: 'ann' } })

    expect(asked).toHaveLength(1)
  })

  it('is read again for a session whose subject has changed since', async () => {
    const { reader, asked } = reading()
    await reader.read(ann, { notBefore: 1000, readAt: 2000 })

    expect((await reader.read(ann, { notBefore: 2001, readAt: 3000 }))?.scope).toBe('2')

    expect(asked).toHaveLength(2)
  })

  it('is not kept while a change may still be under way, nor is that somebody is unknown', async () => {
    const { reader, asked, answers } = reading()
    await reader.read(ann, { notBefore: 5000, readAt: 2000 })
    await reader.read(ann, uncached)
    answers.unknown = true
    expect(await reader.read(ann, { notBefore: 0, readAt: 6000 })).toBeNull()
    answers.unknown = false

    expect((await reader.read(ann, { notBefore: 0, readAt: 7000 }))?.scope).toBe('4')

    expect(asked).toHaveLength(4)
  })

  it('is read again after half an hour', async () => {
    const { reader, asked } = reading()
    await reader.read(ann, { notBefore: 0, readAt: 0 })
    await reader.read(ann, { notBefore: 0, readAt: 1_799_999 })
    expect(asked).toHaveLength(1)

    await reader.read(ann, { notBefore: 0, readAt: 1_800_000 })

    expect(asked).toHaveLength(2)
  })

  it('is read again where the clock was set back: a change after it would not outdate what is dated before it', async () => {
    const { reader, asked } = reading()
    await reader.read(ann, { notBefore: 0, readAt: 100_000 })
    await reader.read(ann, { notBefore: 0, readAt: 70_000 })
    expect(asked).toHaveLength(1)

    await reader.read(ann, { notBefore: 0, readAt: 69_999 })
    await reader.read(ann, { notBefore: 69_999, readAt: 69_999 })

    expect(asked).toHaveLength(2)
  })

  it('is not shared with another subject, and cannot be changed through a returned copy', async () => {
    const { reader } = reading()
    const first = await reader.read(ann, { notBefore: 0, readAt: 1 })
    Object.assign(first!.user, { subject: 'mallory' })

    expect((await reader.read(ann, { notBefore: 0, readAt: 2 }))?.user).toEqual({ subject: 'ann' })
    const others = [
      { tenant: 'acme', subject: 'ann' },
      { tenant: '', subject: '["","ann"]' },
    ]
    for (const other of others) {
      expect((await reader.read(other, { notBefore: 0, readAt: 2 }))?.user).toEqual({ subject: other.subject })
    }
  })

  it('evicts the least recently used profile first', async () => {
    const { reader, asked } = reading(2)
    const read = (subject: string) => reader.read({ tenant: '', subject }, { notBefore: 0, readAt: 1 })
    for (const subject of ['a', 'b', 'a', 'c', 'a']) await read(subject)

    expect(asked).toEqual(['a', 'b', 'c'])
    await read('b')
    expect(asked).toEqual(['a', 'b', 'c', 'b'])
  })
})

describe('two nodes with the built-in accounts', () => {
  it('read an account once, and again when it was changed on the other', async () => {
    let offset = 0
    const stored = interpose(sqliteStore({ path: ':memory:', now: () => Date.now() + offset }))
    const secrets = testSecrets()
    const options = { issuer: 'https://auth.example.com', mode: 'production', store: stored.store, secrets } as const
    const [one, other] = [createAuthServer(options), createAuthServer(options)]
    const { subject } = await one.accounts!.create({ username: 'ann', password: 'correct horse 42', scope: 'orders' })
    let { refreshToken: token } = await one.sessions.start({ subject, transport: 'body' })
    const refresh = async (node: typeof one) => {
      const answer = await node.sessions.refresh({ token: token!, transport: 'body' })
      token = answer.refreshToken
      return JSON.parse(Buffer.from(answer.accessToken.split('.')[1]!, 'base64url').toString()).scope
    }
    offset = 300_000
    await refresh(one)
    await refresh(other)
    stored.calls.length = 0

    for (const node of [one, other, one]) expect(await refresh(node)).toBe('orders')
    expect(stored.calls.filter((verb) => verb === 'accounts.find')).toEqual([])

    await one.accounts!.setScope({ subject }, 'orders stock')
    for (const node of [other, one]) expect(await refresh(node)).toBe('orders stock')
    offset = 600_000
    for (const node of [other, one]) expect(await refresh(node)).toBe('orders stock')

    await other.accounts!.setDisabled({ subject }, true)
    await expect(refresh(one)).rejects.toMatchObject({ code: 'account_disabled' })
    await Promise.all([one.close(), other.close()])
  })
})

function reading(maxEntries?: number) {
  const asked: string[] = []
  const answers = { unknown: false }
  const directory: ProfileReader = {
    usesCache: false,
    async read({ subject }): Promise<Profile | null> {
      asked.push(subject)
      return answers.unknown ? null : { scope: String(asked.length), user: { subject } }
    },
    invalidate() {},
  }
  return { reader: cacheProfilesInMemory(directory, maxEntries), asked, answers }
}
