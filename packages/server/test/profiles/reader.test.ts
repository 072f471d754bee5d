import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Profile } from '../../src/directory/directory.js'
import type { ProfileCache } from '../../src/profiles/cache/cache.js'
import { type RedisCacheOptions, redisCache } from '../../src/profiles/cache/index.js'
import { createProfileReader, type ProfileReader, uncached } from '../../src/profiles/reader.js'
import { eventually } from '../harness/own-redis.js'
import { freshPrefix, serviceFor } from '../harness/services.js'

const redis = await serviceFor('redis')
const ann = { tenant: '', subject: 'ann' }

/** A directory whose answers the test gives itself: each question waits in `asked` until then. */
function heldDirectory() {
  const asked: { subject: string; answer(profile: Profile | null): void; fail(error: Error): void }[] = []
  const profile = ({ subject }: { subject: string }) =>
    new Promise<Profile | null>((answer, fail) => void asked.push({ subject, answer, fail }))
  const question = (index: number) => eventually(() => asked[index])
  return { profile, asked, question }
}

/** A directory that answers the current `profiles`. */
function readyDirectory(...subjects: readonly string[]) {
  const profiles = new Map<string, Profile>(subjects.map((subject) => [subject, { user: { subject } }]))
  const asked: { tenant: string; subject: string }[] = []
  const profile = async (who: { tenant: string; subject: string }) => {
    asked.push(who)
    return profiles.get(who.subject) ?? null
  }
  return { profile, profiles, asked }
}

function reading(version: number): Profile {
  return { user: { subject: 'ann' }, version }
}

describe('without a cache', () => {
  it('asks the directory each time, with the owner and nothing else', async () => {
    const directory = readyDirectory('ann')
    const reader = createProfileReader({ directory, cache: undefined, issuer: 'a', count: () => {} })
    const session = { ...ann, salt: 'secret' }

    for (const _ of [1, 2]) {
      expect(await reader.read(session, { notBefore: 1, readAt: 2 })).toEqual({ user: { subject: 'ann' } })
    }

    expect(directory.asked).toEqual([ann, ann])
  })
})

describe('with a cache', () => {
  beforeEach(({ skip }) => skip(redis.missing !== undefined, redis.missing))
  let client: Redis
  beforeAll(async () => {
    if (redis.missing === undefined) client = new Redis((await freshPrefix()).url)
  })
  afterAll(() => client?.disconnect())

  /** Two nodes on one cache and one directory, and what each has counted. */
  async function nodes(directory: { profile: ReaderParts['directory']['profile'] }, options: RedisCacheOptions = {}) {
    const { prefix } = await freshPrefix()
    // Long timeouts for a busy machine: a read waits until the other has answered.
    const patient = { waitTimeout: 20, timeout: 20, prefix, ...options }
    const node = async (issuer = 'https://auth.example.com') => {
      const own = client.duplicate()
      onTestFinished(() => own.disconnect())
      // A client that is not yet connected would not be called.
      await own.ping()
      const cache = redisCache(own, patient).profiles
      const figures: Record<string, number> = {}
      const count = (figure: string) => {
        figures[figure] = (figures[figure] ?? 0) + 1
      }
      return { figures, cache, ...createProfileReader({ directory, cache, issuer, count }) }
    }
    const keys = async () => (await client.keys(`${prefix}*`)).sort()
    const entry = async () => (await keys()).find((key) => !key.endsWith(':lock'))!
    return { one: await node(), other: await node(), node, prefix, keys, entry }
  }

  it('asks the directory once, and answers every node from then on', async () => {
    const directory = readyDirectory('ann')
    const { one, other } = await nodes(directory)
    const first = await one.read(ann, { notBefore: 100, readAt: 200 })

    const later = [
      await one.read(ann, { notBefore: 100, readAt: 300 }),
      await other.read(ann, { notBefore: 200, readAt: 300 }),
    ]

    expect([first, ...later]).toEqual(Array(3).fill({ user: { subject: 'ann' } }))
    expect(directory.asked).toEqual([ann])
    expect(one.figures).toEqual({ cache_miss: 1, cache_hit: 1 })
    expect(other.figures).toEqual({ cache_hit: 1 })
  })

  it('ignores profiles that were read before the time that the session requires', async () => {
    const directory = readyDirectory('ann')
    const { one, other } = await nodes(directory)
    await one.read(ann, { notBefore: 100, readAt: 200 })
    directory.profiles.set('ann', reading(2))

    const profile = await other.read(ann, { notBefore: 201, readAt: 250 })

    expect(profile).toEqual(reading(2))
    expect(await one.read(ann, { notBefore: 100, readAt: 300 })).toEqual(reading(2))
  })

  it('asks anew, and keeps nothing, as long as a reading of now would not count', async () => {
    const directory = readyDirectory('ann')
    const { one, keys } = await nodes(directory)

    for (const wanted of [{ notBefore: 230, readAt: 200 }, uncached]) await one.read(ann, wanted)

    expect(directory.asked).toHaveLength(2)
    expect(await keys()).toEqual([])
    expect(one.figures).toEqual({})
  })

  it('calls the directory once for concurrent reads on two nodes, whatever times their sessions require', async () => {
    const directory = heldDirectory()
    const { one, other } = await nodes(directory)

    const reads = Array.from({ length: 50 }, (_, index) =>
      [one, other][index % 2]!.read(ann, { notBefore: 100 + ((index * 7) % 50), readAt: 200 + index }),
    )
    ;(await directory.question(0)).answer(reading(1))

    expect(await Promise.all(reads)).toEqual(Array(50).fill(reading(1)))
    expect(directory.asked).toHaveLength(1)
  })

  it('shares within a process without asking the cache again', async () => {
    const directory = heldDirectory()
    const { one } = await nodes(directory)

    const reads = Array.from({ length: 25 }, () => one.read(ann, { notBefore: 100, readAt: 200 }))
    ;(await directory.question(0)).answer(reading(1))
    await Promise.all(reads)

    expect(one.figures).toEqual({ cache_miss: 1, cache_shared: 24 })
  })

  it('shares what another session found in the cache only where it counts for both', async () => {
    const directory = readyDirectory('ann')
    const { one } = await nodes(directory)
    await one.read(ann, { notBefore: 100, readAt: 200 })
    directory.profiles.set('ann', reading(2))

    const both = [one.read(ann, { notBefore: 200, readAt: 300 }), one.read(ann, { notBefore: 201, readAt: 300 })]

    expect(await Promise.all(both)).toEqual([{ user: { subject: 'ann' } }, reading(2)])
  })

  it('never serves what began to be read before a change and was answered after it', async () => {
    const directory = heldDirectory()
    const { one, other } = await nodes(directory, { waitTimeout: 0.05 })
    const early = one.read(ann, { notBefore: 100, readAt: 200 })
    const old = await directory.question(0)

    // The change, at 201: from 231 on readings count. The old one has not been answered yet.
    const same = one.read(ann, { notBefore: 231, readAt: 240 })
    ;(await directory.question(1)).answer(reading(2))
    expect(await same).toEqual(reading(2))
    old.answer(reading(1))
    await early

    for (const node of [one, other]) expect(await node.read(ann, { notBefore: 231, readAt: 250 })).toEqual(reading(2))
    expect(directory.asked).toHaveLength(2)
  })

  it('does not put an older reading in the place of a newer one, not even for those for whom it counts', async () => {
    const directory = heldDirectory()
    const { one, other } = await nodes(directory, { waitTimeout: 0.05 })
    const early = one.read(ann, { notBefore: 100, readAt: 200 })
    const old = await directory.question(0)
    const late = other.read(ann, { notBefore: 100, readAt: 300 })
    ;(await directory.question(1)).answer(reading(2))
    await late

    old.answer(reading(1))
    await early

    expect(await other.read(ann, { notBefore: 100, readAt: 400 })).toEqual(reading(2))
  })

  it('waits no longer than `waitTimeout` for a node that does not finish its read', async () => {
    const directory = heldDirectory()
    const { one, other } = await nodes(directory, { waitTimeout: 0.05 })
    const slow = one.read(ann, { notBefore: 100, readAt: 200 })
    const first = await directory.question(0)

    const impatient = other.read(ann, { notBefore: 100, readAt: 200 })
    ;(await directory.question(1)).answer(reading(2))

    expect(await impatient).toEqual(reading(2))
    first.answer(reading(1))
    expect(await slow).toEqual(reading(1))
  })

  it('rejects all concurrent reads with the error of the directory, caches nothing, and lets the next read call it at once', async () => {
    const directory = heldDirectory()
    const { one, other, keys } = await nodes(directory)
    const reads = [1, 2, 3].map(() => one.read(ann, { notBefore: 100, readAt: 200 }).catch((error) => error.message))
    ;(await directory.question(0)).fail(new Error('the directory is unavailable'))

    expect(await Promise.all(reads)).toEqual(Array(3).fill('the directory is unavailable'))
    expect(await keys()).toEqual([])
    const next = other.read(ann, { notBefore: 100, readAt: 200 })
    ;(await directory.question(1)).answer(reading(1))
    expect(await next).toEqual(reading(1))
  })

  it('gives the lock to a waiting node when its holder got an error', async () => {
    const directory = heldDirectory()
    const { one, other } = await nodes(directory)
    const failing = one.read(ann, { notBefore: 100, readAt: 200 }).catch((error) => error.message)
    const first = await directory.question(0)
    const waiting = other.read(ann, { notBefore: 100, readAt: 200 })

    first.fail(new Error('the directory is unavailable'))
    ;(await directory.question(1)).answer(reading(1))

    expect(await failing).toBe('the directory is unavailable')
    expect(await waiting).toEqual(reading(1))
  })

  it('caches an unknown subject for seconds, and a known one for two hours', async () => {
    const directory = readyDirectory('ann')
    const { one, other, entry, prefix } = await nodes(directory)

    for (const node of [one, other])
      expect(await node.read({ ...ann, subject: 'nobody' }, { notBefore: 1, readAt: 2 })).toBeNull()

    expect(directory.asked).toHaveLength(1)
    expect(await client.pttl(await entry())).toBeGreaterThan(0)
    expect(await client.pttl(await entry())).toBeLessThanOrEqual(5000)
    await client.del(await entry())
    await one.read(ann, { notBefore: 1, readAt: 2 })
    const lifetime = await client.pttl(await entry())
    expect(lifetime).toBeGreaterThan(7_000_000)
    expect(lifetime).toBeLessThanOrEqual(7_200_000)
    expect(prefix).toMatch(/:$/)
  })

  it('asks again when the time of what is kept is over', async () => {
    const directory = readyDirectory()
    const { one } = await nodes(directory, { negativeLifetime: 0.01 })
    await one.read(ann, { notBefore: 1, readAt: 2 })

    // Waits for Redis' clock, however long that takes.
    await eventually(async () => {
      await one.read(ann, { notBefore: 1, readAt: 2 })
      return directory.asked.length > 1
    })

    expect(one.figures.cache_miss).toBeGreaterThan(1)
  })

  it('says nothing of the person in its keys, and tells tenants and issuers apart', async () => {
    const directory = readyDirectory('ann')
    const { one, node, keys } = await nodes(directory)
    const wanted = { notBefore: 1, readAt: 2 }
    await one.read(ann, wanted)

    await one.read({ tenant: 'ann', subject: '' }, wanted)
    await (await node('https://other.example.com')).read(ann, wanted)

    expect(directory.asked).toHaveLength(3)
    expect(await keys()).toHaveLength(3)
    expect((await keys()).join()).not.toContain('ann')
  })

  it('forgets on demand', async () => {
    const directory = readyDirectory('ann')
    const { one, keys } = await nodes(directory)
    await one.read(ann, { notBefore: 1, readAt: 2 })

    one.invalidate(ann)

    await eventually(async () => (await keys()).length === 0)
  })

  it('answers a profile that JSON cannot say as it is, each time anew, and warns once', async () => {
    const directory = readyDirectory()
    directory.profiles.set('ann', { user: { born: new Date(0) } })
    const { one, keys } = await nodes(directory)
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    onTestFinished(() => warn.mockRestore())

    for (const readAt of [2, 3]) {
      expect(await one.read(ann, { notBefore: 1, readAt })).toEqual({ user: { born: new Date(0) } })
    }

    expect(await keys()).toEqual([])
    expect(warn).toHaveBeenCalledTimes(1)
    expect(warn.mock.calls[0]![0]).toContain('these profiles are not cached')
  })

  describe('takes for nothing, and replaces, what is not its own:', () => {
    const later = 1 + 30_000
    it.each<[string, (key: string) => unknown]>([
      ['another text', (key) => client.set(key, 'hello')],
      ['another version of the form', (key) => client.set(key, '2 2 {"user":{"subject":"mallory"}}')],
      ['no JSON', (key) => client.set(key, '1 2 {"user":')],
      ['another shape', (key) => client.set(key, '1 2 {"users":[]}')],
      ['another shape, dated later', (key) => client.set(key, '1 9 {"users":[]}')],
      ['no date', (key) => client.set(key, '1 soon {"user":{"subject":"mallory"}}')],
      ['a date in the future', (key) => client.set(key, `1 ${later + 2} {"user":{"subject":"mallory"}}`)],
      ['a list', (key) => client.rpush(key, '1 2 {"user":{"subject":"mallory"}}')],
      ['bytes', (key) => client.set(key, Buffer.from([49, 32, 50, 32, 0xff, 0xfe]))],
    ])('%s', async (_, spoil) => {
      const directory = readyDirectory('ann')
      const { one, other, entry } = await nodes(directory)
      await one.read(ann, { notBefore: 1, readAt: 1 })
      const key = await entry()
      await client.del(key)
      await spoil(key)

      const profile = await one.read(ann, { notBefore: 1, readAt: 1 })

      expect(profile).toEqual({ user: { subject: 'ann' } })
      expect(directory.asked).toHaveLength(2)
      expect(await other.read(ann, { notBefore: 1, readAt: 1 })).toEqual(profile)
      expect(directory.asked).toHaveLength(2)
      expect(one.figures).toEqual({ cache_miss: 2 })
    })

    it('but not what another node read a moment later', async () => {
      const directory = readyDirectory('ann')
      const { one, other } = await nodes(directory)
      await one.read(ann, { notBefore: 1, readAt: later })

      await other.read(ann, { notBefore: 1, readAt: 1 })

      expect(directory.asked).toHaveLength(1)
    })
  })
})

describe('with a cache that can do nothing', () => {
  const broken: ProfileCache = {
    get: () => Promise.reject(new Error('unavailable')),
    set: () => Promise.reject(new Error('unavailable')),
    unlock: () => Promise.reject(new Error('unavailable')),
    delete: () => Promise.reject(new Error('unavailable')),
  }

  it('calls the directory once for concurrent reads in this process', async () => {
    const directory = readyDirectory('ann')
    const figures: string[] = []
    const count = (figure: string) => void figures.push(figure)
    const reader: ProfileReader = createProfileReader({ directory, cache: broken, issuer: 'a', count })

    const profiles = await Promise.all([1, 2, 3].map(() => reader.read(ann, { notBefore: 1, readAt: 2 })))

    expect(profiles).toEqual(Array(3).fill({ user: { subject: 'ann' } }))
    expect(directory.asked).toHaveLength(1)
    expect(figures.sort()).toEqual(['cache_failed', 'cache_shared', 'cache_shared'])
    reader.invalidate(ann)
  })

  it('answers though what it read could not be kept', async () => {
    const directory = readyDirectory('ann')
    const look: ProfileCache['get'] = async () => ({ outcome: 'locked', lock: 'mine' })
    const cache = { ...broken, look }
    const reader = createProfileReader({ directory, cache, issuer: 'a', count: () => {} })

    expect(await reader.read(ann, { notBefore: 1, readAt: 2 })).toEqual({ user: { subject: 'ann' } })
    directory.profile = () => Promise.reject(new Error('the directory is unavailable'))
    await expect(reader.read(ann, { notBefore: 1, readAt: 3 })).rejects.toThrow('the directory is unavailable')
  })
})

type ReaderParts = Parameters<typeof createProfileReader>[0]
