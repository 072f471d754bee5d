import { describe, expect, it } from 'vitest'
import { testServer } from './harness/auth-server.js'
import { drivers } from './harness/drivers.js'
import { Holder } from './harness/holder.js'

describe.each(drivers)('the session service on $name', (driver) => {
  it('refreshes on and on, one generation at a time', async () => {
    const { auth } = testServer({}, driver)
    const client = await Holder.start(auth)

    const generations: number[] = []
    for (let turn = 0; turn < 6; turn++) generations.push((await client.refresh()).session.generation)

    expect(generations).toEqual([1, 2, 3, 4, 5, 6])
    // The first refresh uses the token of the sign-in, which is the confirmed one already.
    expect(auth.figures()).toMatchObject({ refresh_granted: 1, refresh_confirmed: 5 })
  })

  it('grants again for ever while the answers get lost, however late', async () => {
    const { auth, clock } = testServer({}, driver)
    const client = await Holder.start(auth)
    await client.refresh()

    for (const pause of [0, 5, 11, 3600, 86_400]) {
      clock.advance(pause)
      await client.refresh({ lost: true })
    }

    expect(await client.outcome()).toBe('granted')
    expect(await client.outcome()).toBe('granted')
    expect(auth.figures().refresh_token_reused).toBeUndefined()
  })

  it('tolerates a lost answer at every generation', async () => {
    const { auth, clock } = testServer({}, driver)
    const client = await Holder.start(auth)

    for (let generation = 0; generation < 8; generation++) {
      await client.refresh({ lost: true })
      clock.advance(60)
      await client.refresh()
      clock.advance(60)
    }

    expect(await client.outcome()).toBe('granted')
  })

  it('answers a token that another has just superseded with 409 for 10 seconds, and revokes nothing', async () => {
    const { auth, clock } = testServer({}, driver)
    const client = await Holder.start(auth)
    const old = client.token
    await client.refresh()
    await client.refresh()

    clock.advance(10)

    expect(await client.outcome(old)).toBe('refresh_raced')
    expect(await client.outcome()).toBe('granted')
  })

  it('keeps a session whose first request arrives last, after 32 others within 10 seconds', async () => {
    const { auth, clock } = testServer({}, driver)
    const client = await Holder.start(auth)
    const hung = client.token
    for (let turn = 0; turn < 33; turn++) {
      await client.refresh()
      clock.advance(0.3)
    }

    expect(await client.outcome(hung)).toBe('refresh_raced')
    expect(await client.outcome()).toBe('granted')
  })

  it('ends the session when a superseded token comes back after more than 10 seconds', async () => {
    const { auth, clock } = testServer({}, driver)
    const client = await Holder.start(auth)
    const old = client.token
    await client.refresh()
    await client.refresh()

    clock.advance(10.001)

    expect(await client.outcome(old)).toBe('refresh_token_reused')
    expect(await client.outcome()).toBe('refresh_token_reused')
  })

  it('sees a sibling, a second child of one parent, at its first use', async () => {
    const { auth, clock } = testServer({}, driver)
    const honest = await Holder.start(auth)
    const stolen = honest.token
    const thief = (await honest.refresh({ token: stolen, lost: true })).refreshToken!
    await honest.refresh()
    await honest.refresh()

    expect(await honest.outcome(thief)).toBe('refresh_raced')
    clock.advance(11)
    expect(await honest.outcome(thief)).toBe('refresh_token_reused')
    expect(await honest.outcome()).toBe('refresh_token_reused')
  })

  it('confirms once for fifty concurrent requests with one token, and grants each of them', async () => {
    const { auth, stored } = testServer({}, driver)
    const client = await Holder.start(auth)
    await client.refresh()
    const presented = client.token

    const outcomes = await Promise.all(Array.from({ length: 50 }, () => client.outcome(presented)))

    expect(new Set(outcomes)).toEqual(new Set(['granted']))
    const { session } = await stored.store.sessions.find(client.sid)
    expect(session).toMatchObject({ generation: 1, ended: null })
    expect(auth.figures().refresh_confirmed).toBe(1)
  })

  it('gives fifty siblings that come at once one winner, and revokes nothing', async () => {
    const { auth, stored } = testServer({}, driver)
    const client = await Holder.start(auth)
    const siblings = await Promise.all(
      Array.from({ length: 50 }, async () => (await client.refresh({ lost: true })).refreshToken!),
    )

    const outcomes = await Promise.all(siblings.map((token) => client.outcome(token)))

    expect(outcomes.filter((outcome) => outcome === 'granted')).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === 'refresh_raced')).toHaveLength(49)
    expect((await stored.store.sessions.find(client.sid)).session).toMatchObject({ generation: 1, ended: null })
  })

  it.each(['session_revoked', 'session_replaced', 'account_disabled', 'credentials_changed', 'signed_out'] as const)(
    'answers for a session that ended with its reason: %s',
    async (reason) => {
      const { auth } = testServer({}, driver)
      const client = await Holder.start(auth)
      const old = client.token
      await client.refresh()

      await auth.sessions.end(client.sid, reason)
      await auth.sessions.end(client.sid, 'session_expired')

      expect(await client.outcome()).toBe(reason)
      expect(await client.outcome(old)).toBe(reason)
      expect(auth.figures().session_revoked).toBe(1)
    },
  )

  it('ends every session of a subject and of nobody else', async () => {
    const { auth } = testServer({}, driver)
    const [one, two] = [await Holder.start(auth), await Holder.start(auth)]
    const other = await Holder.start(auth, { subject: 'bob' })
    const elsewhere = await Holder.start(auth, { tenant: 'elsewhere', scope: '' })

    expect(await auth.sessions.endAll({ subject: 'ann' }, 'session_revoked')).toBe(2)

    expect(await Promise.all([one, two, other, elsewhere].map((client) => client.outcome()))).toEqual([
      'session_revoked',
      'session_revoked',
      'granted',
      'granted',
    ])
    expect(await auth.sessions.endAll({ subject: 'ann' })).toBe(0)
  })

  it('grants nothing after an answered revocation, whichever request was in flight', async () => {
    const { auth } = testServer({}, driver)
    const client = await Holder.start(auth)
    await client.refresh()
    let ended = false

    const outcomes = await Promise.all([
      ...Array.from({ length: 20 }, async () => {
        const begun = ended
        return { begun, outcome: await client.outcome() }
      }),
      auth.sessions.end(client.sid, 'signed_out').then(async () => {
        ended = true
        return { begun: true, outcome: await client.outcome() }
      }),
    ])

    expect(outcomes.filter(({ begun, outcome }) => begun && outcome === 'granted')).toEqual([])
    expect(await client.outcome()).toBe('signed_out')
  })

  it('keeps what it grants within the record: the answer promises no later deadline than is kept', async () => {
    const { auth, clock, stored } = testServer({}, driver)
    const client = await Holder.start(auth)
    await client.refresh()
    clock.advance(30)

    const answer = await client.refresh({ lost: true })
    const again = await client.refresh({ lost: true })

    for (const { refreshExpiresIn } of [answer, again]) {
      const { session, now } = await stored.store.sessions.find(client.sid)
      expect(now + refreshExpiresIn * 1000).toBeLessThanOrEqual(session!.idleDeadline)
    }
  })
})
