import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { session, successor } from '../../src/store/conformance/samples.js'
import { redisStore } from '../../src/store/redis/index.js'
import { StoreUnavailableError } from '../../src/store/store.js'
import { testConformance } from '../harness/conformance.js'
import { eventually } from '../harness/own-redis.js'
import { startCluster } from './redis/cluster.js'

const cluster = await startCluster(3)
beforeEach(({ skip }) => skip(cluster.missing !== undefined, cluster.missing))

describe('on a cluster the Redis store keeps the contract', () => {
  const clients: Cluster[] = []
  const commands: Command[] = []
  let opened = 0
  const open = () => redisStore({ client: recording(clients[opened++ % 2]!, commands), durability: 'as-configured' })
  beforeAll(() => void clients.push(cluster.connect(), cluster.connect()))
  afterAll(() => {
    for (const client of clients) client.disconnect()
  })

  // There are no tables.
  testConformance(open, ['schema'])

  test('each script has keys of one slot, whatever the names of things are', async () => {
    const keys = commands.filter(({ name }) => name === 'evalsha').map(({ args }) => args.slice(2, 2 + Number(args[1])))
    const slots = new Map<string, number>()
    for (const key of new Set(keys.flat())) slots.set(key, Number(await clients[0]!.call('cluster', 'keyslot', key)))

    expect(keys.length).toBeGreaterThan(1000)
    for (const some of keys) expect(new Set(some.map((key) => slots.get(key))).size, some.join(' ')).toBe(1)
    expect(new Set(slots.values()).size).toBeGreaterThan(1000)
  })

  test('data are on every node', async () => {
    const sizes = await Promise.all(clients[0]!.nodes('master').map((node) => node.dbsize()))

    expect(sizes).toHaveLength(3)
    expect(Math.min(...sizes)).toBeGreaterThan(100)
  })
})

test('when a node dies its sessions are unavailable and not unknown, and listeners go to another node', async () => {
  const client = cluster.connect()
  const store = redisStore({ client, timeout: 1, prefix: 'mortal' })
  onTestFinished(async () => {
    await store.close()
    client.disconnect()
  })
  const all = Array.from({ length: 60 }, () => session())
  await Promise.all(all.map((one) => store.sessions.create(one)))
  const changes: boolean[] = []
  store.relay!.listen({ receive: () => {}, live: (arriving) => void changes.push(arriving) })
  await eventually(() => changes.length === 1)
  const mortal = await listenedTo('mortal:revocations')

  await mortal.own.down('SIGKILL')
  const answers = await Promise.all(all.map(({ id }) => store.sessions.find(id).catch((error: unknown) => error)))
  await eventually(() => changes.length === 3)
  await mortal.own.up()

  const found = answers.filter((answer) => !(answer instanceof StoreUnavailableError))
  expect(found.length).toBeLessThan(all.length)
  for (const answer of found) expect(all).toContainEqual((answer as { session: unknown }).session)
  expect(changes).toEqual([true, false, true])
  for (const one of all) expect(await answered(() => store.sessions.find(one.id))).toMatchObject({ session: one })
  const next = successor(all[0]!)
  expect(await answered(() => store.sessions.confirm(all[0]!.id, all[0]!, next))).toBe('confirmed')
})

async function listenedTo(channel: string) {
  for (const node of cluster.nodes) {
    const admin = await node.connect()
    const [, listeners] = (await admin.call('pubsub', 'numsub', channel)) as [string, number]
    if (listeners > 0) return node
  }
  throw new Error('nobody listens')
}

/** The answer once there is one. */
async function answered<T>(verb: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await verb()
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error
      await sleep(20)
    }
  }
}

interface Command {
  readonly name: string
  readonly args: readonly string[]
}

/** The client, and a note of what it is asked. */
function recording(client: Cluster, commands: Command[]): Cluster {
  return new Proxy(client, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (name !== 'call') return typeof member === 'function' ? member.bind(target) : member
      return (command: string, ...args: (string | number)[]) => {
        commands.push({ name: command, args: args.map(String) })
        return target.call(command, ...args)
      }
    },
  })
}
