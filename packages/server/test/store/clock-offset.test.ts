import { describe, expect, it } from 'vitest'
import { createClockOffset } from '../../src/store/clock-offset.js'
import { testServer } from '../harness/auth-server.js'

/** A machine, a store whose clock differs, and how long each way between them takes. */
function between() {
  const machine = { now: 1_000_000 }
  const store = { ahead: 0, there: 5, back: 5 }
  const warnings: string[] = []
  const offset = createClockOffset(
    (message) => warnings.push(message),
    () => machine.now,
  )
  const ask = async () => {
    machine.now += store.there
    const answer = machine.now + store.ahead
    machine.now += store.back
    return answer
  }
  const read = () => offset.measure(ask, (now) => now)
  return { machine, store, warnings, offset: { ...offset, read } }
}

describe('the offset of the store’s clock', () => {
  it('is measured at a reading, within half of the round trip', async () => {
    const { store, offset } = between()
    expect(offset.milliseconds()).toBe(0)
    store.ahead = 6000

    await offset.read()

    expect(offset.milliseconds()).toBeGreaterThan(5980)
    expect(offset.milliseconds()).toBeLessThanOrEqual(6000)
  })

  it('is nothing where a slow first connection could explain it', async () => {
    const { store, offset, warnings } = between()
    store.there = 8000

    await offset.read()

    expect(offset.milliseconds()).toBe(0)
    expect(warnings).toEqual([])
  })

  it('stays with the most exact measurement while the others agree', async () => {
    const { store, offset } = between()
    store.ahead = -3000
    await offset.read()
    const exact = offset.milliseconds()
    store.there = 900

    for (let reading = 0; reading < 5; reading++) await offset.read()

    expect(Math.abs(offset.milliseconds() - exact)).toBeLessThan(20)
  })

  it('follows a clock that was set, and one that drifts', async () => {
    const { store, offset } = between()
    await offset.read()
    store.ahead = 90_000
    await offset.read()
    expect(offset.milliseconds()).toBeGreaterThan(89_900)

    store.ahead = 0
    await offset.read()
    expect(offset.milliseconds()).toBe(0)
    for (let reading = 0; reading < 200; reading++) {
      store.ahead += 20
      await offset.read()
    }
    expect(offset.milliseconds()).toBeGreaterThan(3900)
  })

  it('is warned of once, above two seconds', async () => {
    const { store, offset, warnings } = between()
    store.ahead = 1900
    await offset.read()
    expect(warnings).toEqual([])

    store.ahead = -2500
    for (let reading = 0; reading < 3; reading++) await offset.read()

    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain("the database's clock is 2.5 seconds behind this machine's")
  })
})

describe('an auth server whose database has another time', () => {
  const me = (token: string) =>
    new Request('https://auth.example.com/auth/me', { headers: { Authorization: `Bearer ${token}` } })

  it.each([6, -6, 600])(
    'accepts its own token, made a moment ago, with the database %s seconds ahead',
    async (ahead) => {
      const { auth, clock, logged } = testServer()
      clock.advance(ahead)

      const { accessToken } = await auth.sessions.start({ subject: 'ann' })

      expect((await auth.fetch(me(accessToken))).status).toBe(200)
      expect(Math.round(auth.figures().clock_offset_seconds!)).toBe(ahead)
      expect(logged.filter((line) => line.startsWith("warn the database's clock is"))).toHaveLength(1)
    },
  )

  it('refuses the token when its time is over on the database’s clock', async () => {
    const { auth, clock } = testServer()
    const { accessToken } = await auth.sessions.start({ subject: 'ann' })
    clock.advance(400)
    await auth.fetch(new Request('https://auth.example.com/readyz'))

    const response = await auth.fetch(me(accessToken))

    expect(await response.json()).toMatchObject({ code: 'access_token_expired' })
  })
})
