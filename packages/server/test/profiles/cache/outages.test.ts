import { setImmediate } from 'node:timers/promises'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { Holder } from '../../harness/holder.js'
import { eventually, ownRedis } from '../../harness/own-redis.js'
import { gate, type Node, refreshed, settled, twoNodes } from './nodes.js'

const redis = await ownRedis()

/** Two nodes with that many sessions of ann, all old enough to be served from Redis. */
async function withSessions(count: number, cacheOptions = {}) {
  if (redis.missing !== undefined) throw new Error(redis.missing)
  const world = await twoNodes(redis, cacheOptions)
  const { one, other, clock, directory } = world
  const holders = await Promise.all(Array.from({ length: count }, () => Holder.start(one.auth)))
  clock.advance(settled)
  let version = 0
  /** A change through one node, and what both say then. */
  async function change(holder: Holder) {
    directory.profiles.set('ann', { user: { subject: 'ann' }, scope: `orders-${++version}`, version })
    await one.auth.profiles.changed({ subject: 'ann' }, version)
    const said = [await refreshed(holder, one), await refreshed(holder, other)]
    return { said: said.map(({ scope }) => scope), expected: [`orders-${version}`, `orders-${version}`] }
  }
  return { ...world, own: redis.own, holders, holder: holders[0]!, change }
}

function figures(...nodes: readonly Node[]): Record<string, number> {
  const sum: Record<string, number> = {}
  for (const { auth } of nodes)
    for (const [figure, count] of Object.entries(auth.figures())) sum[figure] = (sum[figure] ?? 0) + count
  return sum
}

describe('refreshes on two nodes go on, and are right,', () => {
  beforeEach(({ skip }) => skip(redis.missing !== undefined, redis.missing))

  it('where Redis is flushed: fifty at once ask the directory once', async () => {
    const { one, other, holders, directory } = await withSessions(50, { timeout: 20, waitTimeout: 20 })
    await refreshed(holders[0]!, one)
    const { opened, open } = gate()
    directory.hold = opened
    const asked = directory.asked
    await one.client.flushall()

    const refreshes = holders.map((holder, index) => refreshed(holder, [one, other][index % 2]!))
    await eventually(() => directory.asked > asked)
    open()

    for (const claims of await Promise.all(refreshes)) expect(claims).toMatchObject({ sub: 'ann', scope: 'orders' })
    expect(directory.asked).toBe(asked + 1)
  })

  it('where Redis is unavailable and fifty come at once: each node asks the directory once', async () => {
    const { one, other, holders, directory, own } = await withSessions(50)
    const { opened, open } = gate()
    directory.hold = opened
    const asked = directory.asked
    await own.down('SIGKILL')
    onTestFinished(() => own.up())
    await eventually(() => [one, other].every(({ client }) => client.status !== 'ready'))

    const refreshes = holders.map((holder, index) => refreshed(holder, [one, other][index % 2]!))
    // Each has read its session, and the reading of its node is under way.
    await eventually(() => directory.asked - asked >= 2)
    await setImmediate()
    open()

    for (const claims of await Promise.all(refreshes)) expect(claims).toMatchObject({ scope: 'orders' })
    expect(directory.asked).toBe(asked + 2)
    expect(figures(one, other)).toMatchObject({ cache_failed: 2, cache_shared: 48 })
  })

  it('where Redis is started anew, and take what it holds from then on', async () => {
    const { one, other, holder, own, change, clock } = await withSessions(1, { timeout: 10 })
    await refreshed(holder, one)

    await own.restart()

    const { said, expected } = await change(holder)
    expect(said).toEqual(expected)
    await eventually(() => [one, other].every(({ client }) => client.status === 'ready'))
    clock.advance(settled)
    const hits = figures(one, other).cache_hit ?? 0
    for (const node of [one, other, one]) expect(await refreshed(holder, node)).toMatchObject({ scope: expected[0] })
    expect(figures(one, other).cache_hit).toBe(hits + 2)
  })

  it('where Redis is killed in the midst of them', async () => {
    const { one, other, holders, own, change } = await withSessions(20)
    onTestFinished(() => own.up())
    let going = true
    const outcomes = holders.slice(1).map(async (holder, index) => {
      const scopes = new Set<unknown>()
      while (going) {
        scopes.add((await refreshed(holder, [one, other][index % 2]!)).scope)
        // With a store in memory and Redis unavailable nothing else would let anything else come to its turn.
        await setImmediate()
      }
      return [...scopes]
    })

    const before = await change(holders[0]!)
    await own.down('SIGKILL')
    const after = await change(holders[0]!)
    going = false

    expect(before.said).toEqual(before.expected)
    expect(after.said).toEqual(after.expected)
    for (const scopes of await Promise.all(outcomes)) {
      expect(['orders', 'orders-1', 'orders-2']).toEqual(expect.arrayContaining(scopes))
    }
  })

  it('where Redis hangs, what it held being old when it comes round', async () => {
    const { one, other, holder, own, change, clock } = await withSessions(1)
    await refreshed(holder, one)
    process.kill(own.pid!, 'SIGSTOP')
    onTestFinished(() => void process.kill(own.pid!, 'SIGCONT'))

    const hanging = await change(holder)
    clock.advance(settled)
    const failed = figures(one, other).cache_failed ?? 0
    for (const node of [one, other, one, other, one, other, one, other]) {
      expect(await refreshed(holder, node)).toMatchObject({ scope: hanging.expected[0] })
    }
    expect(figures(one, other).cache_failed).toBe(failed + 8)
    process.kill(own.pid!, 'SIGCONT')

    expect(hanging.said).toEqual(hanging.expected)
    // The circuit breaker tries Redis again after a pause; before and after, every answer is correct.
    await eventually(async () => {
      for (const node of [one, other])
        expect(await refreshed(holder, node)).toMatchObject({ scope: hanging.expected[0] })
      return one.auth.figures().cache_hit && other.auth.figures().cache_hit
    })
  })

  it('where what Redis holds comes back from before a change', async () => {
    const { one, other, holder, change, clock } = await withSessions(1, { timeout: 10, waitTimeout: 10 })
    await refreshed(holder, one)
    const [key] = await one.client.keys('*:profile:*')
    const kept = await one.client.get(key!)
    const { said, expected } = await change(holder)
    expect(said).toEqual(expected)

    await one.client.set(key!, kept!)
    clock.advance(settled)

    for (const node of [one, other, one]) expect(await refreshed(holder, node)).toMatchObject({ scope: expected[0] })
  })
})

describe('Redis beside another store', () => {
  beforeEach(({ skip }) => skip(redis.missing !== undefined, redis.missing))

  it('carries a revocation to the feed of every node', async () => {
    const { one, other, holder } = await withSessions(1)
    const heard: unknown[] = []
    let messages = 0
    other.auth.revocations.subscribe(({ entries }) => {
      messages++
      heard.push(...entries)
    })
    // The first message holds every entry that the store has, and would repeat one that the relay carries meanwhile.
    await eventually(() => messages > 0)
    await eventually(async () => {
      const [, listening] = (await one.client.pubsub('NUMSUB', 'sessionward:revocations')) as [string, number]
      return listening > 0
    })

    await one.auth.sessions.end(holder.sid, 'signed_out')

    await eventually(() => heard.length > 0)
    expect(heard).toMatchObject([{ sid: holder.sid, reason: 'signed_out' }])
  })
})
