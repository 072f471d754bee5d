import { describe, expect, it } from 'vitest'
import { testServer } from './harness/auth-server.js'
import { drivers } from './harness/drivers.js'
import { Holder } from './harness/holder.js'
import { testSecrets } from './harness/secrets.js'

const day = 86_400

describe.each(drivers)('the two ends of a session on $name', (driver) => {
  it('idles out after 14 days, and not a moment before', async () => {
    const { auth, clock } = testServer({}, driver)
    const client = await Holder.start(auth)
    clock.advance(14 * day - 0.001)
    expect(await client.outcome()).toBe('granted')

    clock.advance(14 * day)

    expect(await client.outcome()).toBe('refresh_token_expired')
  })

  it('ends 90 days after the sign-in, however much it is used', async () => {
    const { auth, clock } = testServer({}, driver)
    const client = await Holder.start(auth)
    for (let passed = 0; passed < 89; passed++) {
      clock.advance(day)
      expect(await client.outcome()).toBe('granted')
    }

    clock.advance(day)

    expect(await client.outcome()).toBe('session_expired')
  })

  it('gives no access token beyond the absolute timeout, give or take the second of NumericDate', async () => {
    const { auth, clock } = testServer({ lifetimes: { accessToken: 300, idle: 1000, absolute: 1000 } }, driver)
    const client = await Holder.start(auth)
    clock.advance(900)

    const { expiresIn, refreshExpiresIn } = await client.refresh()

    expect(expiresIn).toBe(100)
    expect(refreshExpiresIn).toBe(100)
  })

  it('has an idle timeout of at most 12 hours with `remember: false`, after refreshes too', async () => {
    const { auth, clock } = testServer({}, driver)
    const client = await Holder.start(auth, { remember: false })
    clock.advance(day / 2 - 1)
    expect((await client.refresh()).refreshExpiresIn).toBe(day / 2)

    clock.advance(day / 2)

    expect(await client.outcome()).toBe('refresh_token_expired')
  })

  it('does not prolong a shorter idle timeout with `remember: false`', async () => {
    const { auth } = testServer({ lifetimes: 'strict' }, driver)

    const { refreshExpiresIn } = await auth.sessions.start({ subject: 'ann', remember: false })

    expect(refreshExpiresIn).toBe(3600)
  })

  it('keeps the idle timeout that a session began with, whatever configuration says later', async () => {
    const secrets = testSecrets()
    const before = testServer({ secrets }, driver)
    const client = await Holder.start(before.auth)
    const { auth } = testServer({ secrets, store: before.stored.store, lifetimes: 'strict' })
    before.clock.advance(7 * day)

    const { refreshExpiresIn } = await auth.sessions.refresh({ token: client.token, transport: 'body' })

    expect(refreshExpiresIn).toBe(14 * day)
  })

  it.each([
    { idle: 14 * day, interval: 60 },
    { idle: 200, interval: 10 },
  ])(
    'writes the idle deadline at a grant at most every $interval seconds for an idle timeout of $idle',
    async (the) => {
      const lifetimes = { accessToken: 5, idle: the.idle, absolute: 90 * day }
      const { auth, clock, stored } = testServer({ lifetimes }, driver)
      const client = await Holder.start(auth)
      const touches = () => stored.calls.filter((verb) => verb === 'sessions.touch').length

      await client.refresh({ lost: true })
      clock.advance(the.interval - 0.001)
      await client.refresh({ lost: true })
      expect(touches()).toBe(0)

      clock.advance(0.001)
      await client.refresh({ lost: true })
      await client.refresh({ lost: true })
      expect(touches()).toBe(1)
      expect(stored.calls).not.toContain('sessions.confirm')
    },
  )

  it('never moves the idle deadline backwards when the clock steps back', async () => {
    const { auth, clock, stored } = testServer({}, driver)
    const client = await Holder.start(auth)
    clock.advance(1000)
    await client.refresh()
    await client.refresh()
    const before = (await stored.store.sessions.find(client.sid)).session!.idleDeadline

    clock.advance(-900)

    expect(await client.outcome()).toBe('granted')
    expect((await stored.store.sessions.find(client.sid)).session!.idleDeadline).toBe(before)
  })
})
