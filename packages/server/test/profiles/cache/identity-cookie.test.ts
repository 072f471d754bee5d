import { setImmediate } from 'node:timers/promises'
import { createGuard } from '@sessionward/guard'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { appOrigin } from '../../harness/auth-server.js'
import { Browser, codeOf } from '../../harness/browser.js'
import { eventually, type OwnRedis, ownRedis } from '../../harness/own-redis.js'
import { chosen, serviceFor } from '../../harness/services.js'
import { counted, gate, type Node, settled, twoNodes } from './nodes.js'
import { type OwnPeople, sources } from './own-people.js'

const redis = await ownRedis()

/** Two nodes with people of an application, and two browsers of one person whose profile is in Redis. */
async function openWorld(people: OwnPeople) {
  const directory = counted(people.directory)
  const world = await twoNodes(redis as OwnRedis, {}, { directory, sessionKind: 'fixed', origins: [appOrigin] })
  const { one, other, clock } = world
  const subject = await people.insert()
  const [mine, second] = [await signedIn(one, subject), await signedIn(other, subject)]
  clock.advance(settled)
  expect([await mine.exchange(one), await second.exchange(other)]).toEqual([200, 200])
  expect(directory.asked).toBe(3)
  return { ...world, directory, subject, mine, second, own: (redis as OwnRedis).own }
}

type World = Awaited<ReturnType<typeof openWorld>>

/** A browser with an identity cookie, which goes to either node. */
async function signedIn({ auth }: Node, subject: string) {
  const { setCookies, accessToken } = await auth.sessions.start({ subject })
  const exchange = async (node: Node): Promise<number | string> => {
    const browser = new Browser(node.auth)
    browser.apply(new Response(null, { headers: setCookies.map((cookie): [string, string] => ['Set-Cookie', cookie]) }))
    const response = await browser.send('/auth/refresh')
    return response.ok ? response.status : codeOf(response)
  }
  return { accessToken, exchange }
}

/** A hundred exchanges at once, half of them on each node; `meanwhile` runs when each has read its session. */
async function hundred({ mine, one, other, stored }: World, meanwhile: () => void): Promise<(number | string)[]> {
  const finds = () => stored.calls.filter((verb) => verb === 'sessions.find').length
  const before = finds()
  const exchanges = Array.from({ length: 100 }, (_, index) => mine.exchange(index % 2 === 0 ? one : other))
  await eventually(() => finds() - before >= 100)
  await setImmediate()
  meanwhile()
  return Promise.all(exchanges)
}

async function cutOff({ own, one, other }: World): Promise<void> {
  await own.down('SIGKILL')
  onTestFinished(async () => {
    if (own.pid === undefined) await own.up()
  })
  await eventually(() => [one, other].every(({ client }) => client.status !== 'ready'))
}

async function flushed({ one }: World): Promise<void> {
  await one.client.flushall()
}

/** Why nothing is found in Redis. */
const misses: [string, (world: World) => Promise<void>][] = [
  ['', flushed],
  [', and without Redis', cutOff],
]

/** How an application says that it has disabled somebody. */
const ways = {
  'sessions.endAll': ({ auth }: Node, subject: string) => auth.sessions.endAll({ subject }, 'account_disabled'),
  'profiles.changed': ({ auth }: Node, subject: string) => auth.profiles.changed({ subject }, 1),
}

/** What happens to Redis while somebody is disabled. */
const faults: Record<string, (world: World, disable: () => Promise<void>) => Promise<void>> = {
  'while Redis is well': (_, disable) => disable(),

  async 'while Redis is cut off, which then returns with its old entry'(world, disable) {
    const { client } = world.one
    const [key] = await client.keys('*:profile:*')
    const old = await client.get(key!)
    await cutOff(world)
    await disable()
    await world.own.up()
    await eventually(() => [world.one, world.other].every(({ client }) => client.status === 'ready'))
    await client.set(key!, old!)
  },

  async 'and Redis is flushed in the midst of it'({ one }, disable) {
    await one.client.flushall()
    await disable()
    await one.client.flushall()
  },

  async 'while Redis hangs, and comes round later'({ own }, disable) {
    process.kill(own.pid!, 'SIGSTOP')
    onTestFinished(() => void process.kill(own.pid!, 'SIGCONT'))
    await disable()
  },

  async 'while a slow reader has the old profile, and writes it back after it'(world, disable) {
    const { one, other, directory, mine } = world
    await one.client.flushall()
    const { opened, open } = gate()
    directory.hold = opened
    const asked = directory.asked
    const slow = mine.exchange(other)
    await eventually(() => directory.asked > asked)
    await disable()
    directory.hold = undefined
    open()
    await slow
    await eventually(async () => (await one.client.keys('*:profile:*')).length > 0)
  },
}

describe.each(sources.filter(({ service }) => chosen(service as never)))('with people in $service', (source) => {
  let people: OwnPeople
  let missing: string | undefined = redis.missing
  beforeAll(async () => {
    missing ??= (await serviceFor(source.service)).missing
    if (missing === undefined) people = await source.open()
  })
  beforeEach(({ skip }) => skip(missing !== undefined, missing))
  afterAll(() => people?.close())

  it.each(misses)('a hundred misses on two nodes ask them twice at most%s', async (_, fault) => {
    const world = await openWorld(people)
    const { directory } = world
    await fault(world)
    const { opened, open } = gate()
    directory.hold = opened
    const asked = directory.asked

    const answers = await hundred(world, open)

    expect(answers).toEqual(Array(100).fill(200))
    expect(directory.asked - asked).toBeGreaterThan(0)
    expect(directory.asked - asked).toBeLessThanOrEqual(2)
  })

  it.each(misses)('where they fail a hundred are answered 503, and the next asks again%s', async (_, fault) => {
    const world = await openWorld(people)
    const { directory, mine, one, other } = world
    await fault(world)
    let fail = () => {}
    directory.hold = new Promise((_, reject) => {
      fail = () => reject(new Error('the database is unavailable'))
    })
    directory.hold.catch(() => {})

    const answers = await hundred(world, fail)

    expect(answers).toEqual(Array(100).fill('service_unavailable'))
    directory.hold = undefined
    const asked = directory.asked
    expect(await mine.exchange(one)).toBe(200)
    expect(directory.asked).toBe(asked + 1)
    expect(await mine.exchange(other)).toBe(200)
  })

  it('every key that sign-ins, exchanges and changes leave in Redis expires by itself', async () => {
    const world = await openWorld(people)
    const { one, other, mine, subject, directory } = world
    await one.client.flushall()
    const left: string[] = []
    const look = async () => {
      for (const key of await one.client.keys('*')) left.push(`${key} ${await one.client.pttl(key)}`)
    }
    const { opened, open } = gate()
    directory.hold = opened
    const asked = directory.asked
    const exchange = mine.exchange(one)
    await eventually(() => directory.asked > asked)
    await look()
    directory.hold = undefined
    open()
    await exchange
    await look()
    await mine.exchange(other)
    await one.auth.profiles.changed({ subject }, 1)
    await signedIn(other, subject)
    await world.second.exchange(other)
    await people.disable(subject)
    world.clock.advance(settled)
    await mine.exchange(one)
    await look()

    expect(left.map((entry) => entry.replace(/\{.*\}|\d+$/g, ''))).toEqual(
      expect.arrayContaining(['sessionward:profile::lock ', 'sessionward:profile: ']),
    )
    expect(left.filter((entry) => entry.endsWith(' -1'))).toEqual([])
  })

  const cases = Object.keys(faults).flatMap((fault) => Object.keys(ways).map((way) => [fault, way] as const))
  it.each(cases)('a person who is disabled %s is signed out on both nodes by %s', async (fault, way) => {
    const world = await openWorld(people)
    const { one, other, mine, second, subject, clock } = world
    const guard = createGuard({
      issuer: 'https://auth.example.com',
      audience: 'https://auth.example.com',
      keys: () => other.auth.keys.jwks(),
      feed: other.auth.revocations,
    })
    onTestFinished(() => guard.close())
    await guard.verify(mine.accessToken)

    await faults[fault]!(world, async () => {
      await people.disable(subject)
      await ways[way as keyof typeof ways](one, subject)
      // The other node learns of it by the relay, or from the store.
      await eventually(() =>
        guard.verify(mine.accessToken).then(
          () => false,
          () => true,
        ),
      )
    })

    expect([await mine.exchange(other), await second.exchange(one)]).toEqual(Array(2).fill('account_disabled'))
    clock.advance(settled)
    expect([await mine.exchange(one), await second.exchange(other)]).toEqual(Array(2).fill('account_disabled'))
    for (const { auth } of [one, other]) {
      await expect(auth.sessions.start({ subject })).rejects.toMatchObject({ code: 'account_disabled' })
    }
  })
})
