import type { RevocationEntry } from '@sessionward/protocol'
import { Redis } from 'ioredis'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { account, ageOfLongAgo, longAgo, owner, session, storedEvent } from '../../src/store/conformance/samples.js'
import { type RedisClient, redisStore } from '../../src/store/redis/index.js'
import { type Store, StoreUnavailableError } from '../../src/store/store.js'
import { freshPrefix, serviceFor } from '../harness/services.js'

const redis = await serviceFor('redis')
beforeEach(({ skip }) => skip(redis.missing !== undefined, redis.missing))

/** More scripts than any verb here runs. */
const enough = 12

describe('a node that dies between two writes leaves', () => {
  test('of a revocation at most an entry, and whoever revokes next finishes it with one entry', async () => {
    for (let writes = 0; writes < enough; writes++) {
      const { store, dying } = await open()
      const one = session()
      await store.sessions.create(one)

      const died = await dying(writes).sessions.revoke(one.id, 'signed_out', 300).catch(isAway)
      const { session: between } = await store.sessions.find(one.id)
      if (between?.ended) expect(await entriesOf(store, one.id)).toHaveLength(1)
      else expect(between).toEqual(one)
      const entry = await store.sessions.revoke(one.id, 'session_revoked', 600)

      expect((await store.sessions.find(one.id)).session?.ended).not.toBeNull()
      const entries = await entriesOf(store, one.id)
      expect(entries).toHaveLength(1)
      if (!between?.ended) expect(entry).toEqual(entries[0])
      else expect([entry, died]).toEqual([null, entries[0]])
      expect(await store.sessions.listBySubject(one)).toEqual([])
    }
  })

  test('of a sign-in either all or nothing that counts, and its id can be used', async () => {
    for (let writes = 0; writes < enough; writes++) {
      const { store, dying } = await open()
      const one = session()

      const outcome = await dying(writes).sessions.create(one).catch(isAway)

      const created = outcome !== 'away'
      expect((await store.sessions.find(one.id)).session).toEqual(created ? one : null)
      expect(await store.sessions.listBySubject(one)).toEqual(created ? [one] : [])
      expect(await store.sessions.revokeBySubject(one, 'signed_out', 300)).toHaveLength(created ? 1 : 0)
      if (!created) await store.sessions.create(one)
    }
  })

  test('of a sign-in with an ordinal either all or nothing that counts, and the next ordinal can be used', async () => {
    for (let writes = 0; writes < 5; writes++) {
      const { store, dying } = await open()
      const [one, next] = [session(), session()]

      const outcome = await dying(writes).sessions.create(one, 1).catch(isAway)
      const last = await store.sessions.lastOrdinal(one)

      const created = outcome === 'created' ? [one] : []
      expect(await store.sessions.listBySubject(one)).toEqual(created)
      const { tenant, subject } = one
      expect(await store.sessions.create({ ...next, tenant, subject }, last + 1)).toBe('created')
      expect(await store.sessions.listBySubject(one)).toHaveLength(created.length + 1)
    }
  })

  test('of an account either all or nothing that can be found', async () => {
    for (let writes = 0; writes < enough; writes++) {
      const { store, dying } = await open()
      const value = owner().subject
      const one = account({ scope: value })

      const outcome = await dying(writes).accounts.create(one).catch(isAway)

      const found = outcome === 'created' ? one : null
      expect(await store.accounts.find(one)).toEqual(found)
      expect(await store.accounts.findByUsername('', one.usernameKey)).toEqual(found)
      expect(await store.accounts.hasScope(value)).toBe(outcome === 'created')
    }
  })

  test('of a sweep what the next one finds, and what is active in peace', async () => {
    for (let writes = 0; writes < enough; writes++) {
      const { store, dying } = await open()
      const who = owner()
      const alive = session(who)
      const over = session({ ...who, idleDeadline: longAgo })
      const [recent, old] = [storedEvent(who), storedEvent({ ...who, at: longAgo })]
      for (const one of [alive, over]) await store.sessions.create(one)
      for (const one of [recent, old]) await store.events.append(one)
      const retention = ageOfLongAgo(await store.now())

      await dying(writes).sessions.deleteExpired(retention, 100).catch(isAway)
      await dying(writes).events.deleteOlderThan(retention, 100).catch(isAway)
      await store.sessions.deleteExpired(retention, 100)
      await store.events.deleteOlderThan(retention, 100)

      expect((await store.sessions.find(over.id)).session).toBeNull()
      expect(await store.sessions.listBySubject(who)).toEqual([alive])
      expect(await store.events.list({ owner: who, limit: 10 })).toEqual([recent])
      expect(await store.events.list({ limit: 10 })).toEqual([recent])
    }
  })
})

test('a session that a slow node has yet to make is never made once another node has gone past its ordinal', async () => {
  const { store, client, prefix } = await open()
  const one = session()
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const call = async (command: string, ...args: (string | number)[]) => {
    if (args.includes(`${prefix}:{session:${one.id}}`)) await released
    return client.call(command, ...args)
  }
  const slow = redisStore({ client: { call, duplicate: () => {} }, prefix, durability: 'as-configured' })
  const making = slow.sessions.create(one, 1).catch(isAway)
  await expect.poll(() => client.exists(`${prefix}:{owner:.${one.subject}}:ordinal`)).toBe(1)

  expect(await store.sessions.lastOrdinal(one)).toBe(1)
  expect(await store.sessions.create(session({ subject: one.subject }), 2)).toBe('created')
  release()

  expect(await making).toBe('away')
  expect((await store.sessions.find(one.id)).session).toBeNull()
})

test('a username that was taken for an account that was never made is free again, after some minutes', async () => {
  const { store, client, prefix } = await open()
  const [first, second] = [account(), account()]
  const key = `${prefix}:{username:.${first.usernameKey}}`
  const now = await store.now()

  await client.set(key, `${now - 60_000} a-call ${first.subject}`)
  expect(await store.accounts.create({ ...second, usernameKey: first.usernameKey })).toBe('taken')
  await client.set(key, `${now - 11 * 60_000} a-call ${first.subject}`)
  expect(await store.accounts.findByUsername('', first.usernameKey)).toBeNull()
  expect(await store.accounts.create({ ...second, usernameKey: first.usernameKey })).toBe('created')

  // It is an account's now, however old it is.
  await client.set(key, `${now - 11 * 60_000} a-call ${second.subject}`)
  expect(await store.accounts.create(first)).toBe('taken')
})

test('a username whose account could not be made is free at once', async () => {
  const { store } = await open()
  const [first, second] = [account(), account()]
  await store.accounts.create(first)

  await expect(store.accounts.create({ ...second, subject: first.subject })).rejects.toThrow('already exists')

  expect(await store.accounts.create(second)).toBe('created')
  expect(await store.accounts.findByUsername('', second.usernameKey)).toEqual(second)
})

test('index entries that name nothing are cleared away by who reads them, and not while their thing may be on its way', async () => {
  const { store, client, prefix } = await open()
  const who = owner()
  const [sessions, words] = [`${prefix}:{owner:.${who.subject}}:sessions`, `${prefix}:{scope:${who.subject}}`]
  const now = await store.now()
  const stale = now - 11 * 60_000
  await client.zadd(sessions, `${stale}`, 'gone', `${now}`, 'on its way')
  await client.zadd(words, `${stale}`, '["","gone"]', `${now}`, '["","on its way"]')

  expect(await store.sessions.listBySubject(who)).toEqual([])
  expect(await store.accounts.hasScope(who.subject)).toBe(false)

  expect(await client.zrange(sessions, '0', '-1')).toEqual(['on its way'])
  expect(await client.zrange(words, '0', '-1')).toEqual(['["","on its way"]'])
})

test('what is swept leaves no key behind', async () => {
  const { store, client, prefix } = await open()
  const over = session({ idleDeadline: longAgo })
  const ended = session({ idleDeadline: Date.now() + 1000 })
  for (const one of [over, ended]) await store.sessions.create(one)
  await store.events.append(storedEvent({ at: longAgo }))
  await store.sessions.revoke(ended.id, 'signed_out', 0)
  while ((await store.now()) <= ended.idleDeadline) await new Promise((resolve) => setTimeout(resolve, 20))

  expect(await store.sessions.deleteExpired(0, 100)).toBe(2)
  expect(await store.events.deleteOlderThan(1, 100)).toBe(1)

  const left = (await client.keys(`${prefix}*`)).map((key) => key.slice(prefix.length))
  expect(left.filter((key) => !key.endsWith(':sequence'))).toEqual([])
})

test('a session that no sweep finds is gone a year after its absolute deadline', async () => {
  const { store, client, prefix } = await open()
  const one = session()
  await store.sessions.create(one, 1)

  const expected = one.absoluteDeadline + 365 * 24 * 3_600_000
  for (const key of [`{session:${one.id}}`, `{owner:.${one.subject}}:sessions`]) {
    expect(Math.abs((await client.pexpiretime(`${prefix}:${key}`)) - expected)).toBeLessThan(1000)
  }
  expect(await client.ttl(`${prefix}:{owner:.${one.subject}}:ordinal`)).toBeGreaterThan(86_000)
})

function isAway(error: unknown): 'away' {
  expect(error).toBeInstanceOf(StoreUnavailableError)
  return 'away'
}

async function entriesOf(store: Store, sid: string): Promise<RevocationEntry[]> {
  const { entries } = await store.sessions.revokedSince(null)
  return entries.filter((entry) => 'sid' in entry && entry.sid === sid)
}

async function open() {
  const { url, prefix } = await freshPrefix()
  const client = new Redis(url!)
  onTestFinished(() => client.disconnect())
  /** The store of a node that dies when it has run so many scripts. */
  const dying = (writes: number) => {
    let left = writes
    const call = (command: string, ...args: (string | number)[]) => {
      if (command.startsWith('eval') && left-- <= 0) return Promise.reject(new Error('the power is gone'))
      return client.call(command, ...args)
    }
    return redisStore({
      client: { call, duplicate: () => {} } satisfies RedisClient,
      prefix,
      durability: 'as-configured',
    })
  }
  return { client, prefix, dying, store: redisStore({ client, prefix, durability: 'as-configured' }) }
}
