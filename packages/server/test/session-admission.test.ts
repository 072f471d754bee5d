import { createGuard, type Guard } from '@sessionward/guard'
import type { Problem, TokenAnswerOnWire } from '@sessionward/protocol'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { AuthServer } from '../src/auth-server.js'
import type { AuthEvent } from '../src/events.js'
import { StoreUnavailableError } from '../src/store/store.js'
import { type TestServer, testServer } from './harness/auth-server.js'
import { Browser, codeOf } from './harness/browser.js'
import { drivers } from './harness/drivers.js'
import { Holder } from './harness/holder.js'
import { passwordOf } from './harness/people.js'
import { testSecrets } from './harness/secrets.js'
import { twoNodes } from './harness/two-nodes.js'

const one = { maxSessions: 1 }
const refusing = { maxSessions: 1, onExceed: 'refuse' } as const
/** A guesser with so many attempts at once would be stopped before the policy. */
const plenty = { failures: 100, window: 60 }
const throttle = { accountAtAddress: plenty, account: plenty }
const ann = { username: 'ann', password: passwordOf('ann') }

describe.each(drivers)('one sign-in per account, on $name', (driver) => {
  it('of 20 sign-ins at once over two nodes all are answered and exactly as many sessions stay as may', async () => {
    const nodes = twoNodes({ policy: { maxSessions: 3 }, throttle }, driver)

    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => new Browser(nodes[index % 2]!.auth).post('/auth/login', ann)),
    )

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(await activeOf(nodes[1])).toHaveLength(3)
  })

  it('of 20 sign-ins at once that are refused beyond the maximum exactly as many succeed as may', async () => {
    const nodes = twoNodes({ policy: { ...refusing, maxSessions: 2 }, throttle }, driver)

    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => new Browser(nodes[index % 2]!.auth).post('/auth/login', ann)),
    )

    const statuses = answers.map(({ status }) => status).sort()
    expect(statuses).toEqual([200, 200, ...Array<number>(18).fill(409)])
    expect(await activeOf(nodes[1])).toHaveLength(2)
  })

  it.each([
    ['in the order of the clicks', [0, 1]],
    ['the other way about', [1, 0]],
  ])(
    'a double click whose answers arrive %s leaves one session, and the page is signed in with it',
    async (_, order) => {
      const nodes = twoNodes({ policy: one }, driver)
      const browser = new Browser(nodes[0].auth)

      const first = browser.send('/auth/login', ann)
      await new Promise((resolve) => setTimeout(resolve, 5))
      const answers = await Promise.all([first, new Browser(nodes[1].auth).send('/auth/login', ann)])
      for (const index of order) browser.apply(answers[index]!)

      expect(answers.map(({ status }) => status)).toEqual([200, 200])
      const [active, ...others] = await activeOf(nodes[0])
      expect(others).toEqual([])
      const refreshed = await browser.post('/auth/refresh')
      expect([refreshed.status, sidOf(await refreshed.json())]).toEqual([200, active])
    },
  )

  it.each(['replace', 'refuse'] as const)(
    'two sign-ins on either side of a sweep of all ended sessions leave one, where the policy says %s',
    async (onExceed) => {
      const server = testServer({ policy: { maxSessions: 1, onExceed } }, driver)
      const { auth, clock, stored } = server
      const { session } = await auth.sessions.start({ subject: 'ann' })
      await auth.sessions.end(session.id)
      clock.advance(8 * 86_400)
      stored.before = async (verb) => {
        if (verb !== 'sessions.create') return
        stored.before = undefined
        expect(await stored.store.sessions.deleteExpired(7 * 86_400, 10)).toBe(1)
        await new Browser(auth).post('/auth/login', ann)
      }

      await new Browser(auth).post('/auth/login', ann)

      expect(await activeOf(server)).toHaveLength(1)
    },
  )

  it('a double click where the second is refused leaves the page signed in', async () => {
    const { auth, ...server } = testServer({ policy: refusing }, driver)
    const browser = new Browser(auth)

    const answers = await Promise.all([browser.send('/auth/login', ann), browser.send('/auth/login', ann)])
    for (const answer of answers) browser.apply(answer)

    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
    expect(await activeOf({ auth, ...server })).toHaveLength(1)
    expect((await browser.post('/auth/refresh')).status).toBe(200)
  })

  it('tells the client of a replaced session when and from which device, and its tokens are refused', async () => {
    const { auth } = testServer({ policy: one }, driver)
    const old = new Browser(auth)
    const replaced = await old.signIn('ann')
    const events: AuthEvent[] = []
    auth.on((event) => void events.push(event))

    const device = { id: 'secret', name: 'Ann’s phone', class: 'phone' }
    const next = await new Browser(auth).signIn('ann', { device })

    const replacedBy = {
      at: next.session.created_at,
      device: { name: 'Ann’s phone', class: 'phone' },
      address: '192.0.2.7',
    }
    const answer = await old.post('/auth/refresh')
    expect(answer.status).toBe(401)
    expect((await answer.json()) as Problem).toEqual({
      type: 'urn:sessionward:error:session_replaced',
      title: 'A newer sign-in replaced this session.',
      status: 401,
      code: 'session_replaced',
      verdict: 'terminal',
      replacedBy,
    })
    expect(old.jar.size).toBe(0)
    const { detail } = events.find(({ sid }) => sid === replaced.session.id)!
    expect(detail).toEqual({ reason: 'session_replaced', replacedBy })
    const me = await auth.fetch(meOf(replaced))
    expect(await me.json()).toEqual(expect.not.objectContaining({ replacedBy: expect.anything() }))
    expect(me.status).toBe(401)
  })

  it('does not tell an old refresh token of the replaced session where the person signs in now', async () => {
    const { auth } = testServer({ policy: one }, driver)
    const holder = await Holder.start(auth)
    const stolen = holder.token
    await holder.refresh()
    await holder.refresh()
    await Holder.start(auth)

    const answer = auth.sessions.refresh({ token: stolen, transport: 'body' })

    await expect(answer).rejects.toMatchObject({ code: 'session_replaced', replacedBy: undefined })
  })

  it('says as much to a typed call, of an IPv6 address the part that a subscriber holds, and nothing where nothing is known', async () => {
    const { auth } = testServer({ policy: one }, driver)
    const [first, second] = [await Holder.start(auth), await Holder.start(auth, { address: '2001:db8:1:2:3:4:5:6' })]
    await Holder.start(auth)

    await expect(first.refresh()).rejects.toMatchObject({
      code: 'session_replaced',
      replacedBy: { device: {}, address: '2001:db8:1:2::/64' },
    })
    await expect(second.refresh()).rejects.toMatchObject({ replacedBy: { device: {}, address: null } })
  })
})

describe('signing in again in the same browser', () => {
  it.each([['replace'], ['refuse']] as const)(
    'replaces its own session as ever and takes no second place, with %s',
    async (onExceed) => {
      const server = testServer({ policy: { maxSessions: 2, onExceed } })
      const [browser, elsewhere] = [new Browser(server.auth), new Browser(server.auth)]
      const before = await browser.signIn('ann')
      const other = await elsewhere.signIn('ann')

      const after = await browser.signIn('ann')

      expect(await activeOf(server)).toEqual([other.session.id, after.session.id].sort())
      const { session } = await server.stored.store.sessions.find(before.session.id)
      expect(session?.ended).toEqual({ reason: 'session_replaced', at: expect.any(Number) })
      expect((await elsewhere.post('/auth/refresh')).status).toBe(200)
    },
  )

  it('is what a typed call does with the headers of the browser', async () => {
    const server = testServer({ policy: refusing })
    const { setCookies } = await server.auth.sessions.start({ subject: 'ann' })
    const headers = { cookie: setCookies[0]!.split(';')[0] }

    await expect(server.auth.sessions.start({ subject: 'ann' })).rejects.toMatchObject({
      code: 'session_limit_reached',
      status: 409,
    })
    await server.auth.sessions.start({ subject: 'ann' }, { headers })
    await expect(server.auth.sessions.signIn({ ...ann })).rejects.toMatchObject({ code: 'session_limit_reached' })

    expect(await activeOf(server)).toHaveLength(1)
  })

  it('keeps that session if another sign-in takes its place meanwhile, and refuses the sign-in', async () => {
    const server = testServer({ policy: refusing })
    const browser = new Browser(server.auth)
    const before = await browser.signIn('ann')
    const own = (await server.stored.store.sessions.find(before.session.id)).session!
    server.stored.before = async (verb, [, ordinal]) => {
      if (verb !== 'sessions.create') return
      server.stored.before = undefined
      await server.stored.store.sessions.create({ ...own, id: 'A'.repeat(22) }, ordinal as number)
    }

    expect(await codeOf(await browser.post('/auth/login', ann))).toBe('session_limit_reached')

    expect((await browser.post('/auth/refresh')).status).toBe(200)
  })

  it('is recognized by the id of a device that keeps no cookie', async () => {
    const server = testServer({ policy: refusing })
    const device = { id: 'device 7', name: 'Till' }
    await Holder.start(server.auth, { device })

    const again = await Holder.start(server.auth, { device })

    expect(await activeOf(server)).toEqual([again.sid])
    await expect(Holder.start(server.auth, { device: { id: 'device 8' } })).rejects.toMatchObject({
      code: 'session_limit_reached',
    })
  })
})

describe('whose sessions a policy ends', () => {
  it('ends all three sessions of one account, made in one moment, and leaves those of others', async () => {
    const secrets = testSecrets()
    const server = testServer({ secrets })
    for (let times = 0; times < 3; times++) await server.auth.sessions.start({ subject: 'ann' })
    await server.auth.sessions.start({ subject: 'ann', tenant: 'acme' })
    await server.auth.sessions.start({ subject: 'bob' })
    const shared = { name: 'shared', open: () => ({ store: server.stored.store, dispose: nothing }) }
    const limited = testServer({ secrets, policy: one }, shared)

    const last = await limited.auth.sessions.start({ subject: 'ann', clientId: 'admin' })

    expect(await activeOf(server)).toEqual([last.session.id])
    expect(await server.auth.sessions.list({ subject: 'ann', tenant: 'acme' })).toHaveLength(1)
    expect(await server.auth.sessions.list({ subject: 'bob' })).toHaveLength(1)
  })

  it('leaves the desktop session where ten scripts sign in, and counts the scripts by themselves', async () => {
    const server = testServer({ policy: one })
    const desktop = await new Browser(server.auth).signIn('ann', { device: { class: 'desktop' } })

    for (let times = 0; times < 10; times++) {
      const script = { transport: 'body', device: { class: 'service', name: `job ${times}` } }
      await new Browser(server.auth).signIn('ann', script)
    }

    expect(await activeOf(server)).toHaveLength(2)
    expect(await activeOf(server)).toContain(desktop.session.id)
  })

  it('counts device classes apart where it is to', async () => {
    const server = testServer({ policy: { ...one, per: 'device class' } })
    const signIn = (name: string) => Holder.start(server.auth, { device: { class: name as 'phone' } })

    const [, phone, desktop] = [await signIn('phone'), await signIn('phone'), await signIn('desktop')]

    expect(await activeOf(server)).toEqual([phone.sid, desktop.sid].sort())
  })

  it('a sign-in that a client abandons for a new one does not end where the maximum is not reached', async () => {
    const server = testServer({ policy: { maxSessions: 2 } })
    const [first, second] = [await Holder.start(server.auth), await Holder.start(server.auth)]

    expect([await first.outcome(), await second.outcome()]).toEqual(['granted', 'granted'])
    server.clock.advance(15 * 86_400)
    const third = await Holder.start(server.auth)

    // Both have idled out: they are over for a reason of their own, and nobody replaced them.
    expect([await first.outcome(), await third.outcome()]).toEqual(['refresh_token_expired', 'granted'])
  })
})

it('without a policy a sign-in asks the store for nothing more', async () => {
  const { auth, stored } = testServer()
  await auth.ready()
  stored.calls.length = 0

  await new Browser(auth).signIn('ann')

  expect(stored.calls.filter((verb) => verb.startsWith('sessions.'))).toEqual(['sessions.create'])
})

it('a hundred sign-ins that replace each other are good at once, on either node and at either guard', async () => {
  const nodes = twoNodes({ policy: one })
  const guards = nodes.map(({ auth }) => guardOf(auth))

  const statuses: number[] = []
  for (let times = 0; times < 100; times++) {
    const tokens = await new Browser(nodes[times % 2]!.auth).signIn('ann')
    const request = meOf(tokens)
    await Promise.all(guards.map((guard) => guard.check(request)))
    statuses.push((await nodes[(times + 1) % 2]!.auth.fetch(request)).status)
  }

  expect(new Set(statuses)).toEqual(new Set([200]))
  expect(await activeOf(nodes[0])).toHaveLength(1)
})

it('a store that does not answer in the middle of a sign-in is 503, and leaves no session too many', async () => {
  const server = testServer({ policy: one })
  const old = await Holder.start(server.auth)
  server.stored.before = (verb) => {
    if (verb === 'sessions.create') throw new StoreUnavailableError('the store is unavailable')
  }

  const answer = await new Browser(server.auth).post('/auth/login', ann)
  server.stored.before = undefined

  expect(answer.status).toBe(503)
  expect(await activeOf(server)).toEqual([])
  expect(await old.outcome()).toBe('session_replaced')
  await new Browser(server.auth).signIn('ann')
  expect(await activeOf(server)).toHaveLength(1)
})

it('a sign-in that loses every attempt is answered with Retry-After, and is not kept', async () => {
  const server = testServer({ policy: one })
  server.stored.around = async (verb, _args, go) => (verb === 'sessions.create' ? 'taken' : go())

  const answer = await new Browser(server.auth).post('/auth/login', ann)

  expect([answer.status, answer.headers.get('Retry-After')]).toEqual([503, '1'])
  expect(await activeOf(server)).toEqual([])
})

async function activeOf({ auth }: Pick<TestServer, 'auth'>): Promise<readonly string[]> {
  return (await auth.sessions.list({ subject: 'ann' })).map(({ id }) => id).sort()
}

function sidOf(answer: unknown): string {
  return (answer as TokenAnswerOnWire).session.id
}

function meOf({ access_token }: TokenAnswerOnWire): Request {
  return new Request('https://auth.example.com/auth/me', { headers: { Authorization: `Bearer ${access_token}` } })
}

function guardOf(auth: AuthServer): Guard {
  const { issuer } = auth
  const guard = createGuard({ issuer, audience: issuer, keys: () => auth.keys.jwks(), feed: auth.revocations })
  onTestFinished(() => guard.close())
  return guard
}

async function nothing(): Promise<void> {}
