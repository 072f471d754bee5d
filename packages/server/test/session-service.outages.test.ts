import { describe, expect, it } from 'vitest'
import { testServer } from './harness/auth-server.js'
import { drivers } from './harness/drivers.js'
import { Holder } from './harness/holder.js'

describe.each(drivers)('what others do to a session on $name', (driver) => {
  it('ends with account_disabled at the next refresh once the directory no longer accepts the subject', async () => {
    const { auth, directory } = testServer({}, driver)
    const client = await Holder.start(auth)
    const profile = directory.profiles.get('ann')!
    directory.profiles.delete('ann')

    expect(await client.outcome()).toBe('account_disabled')

    directory.profiles.set('ann', profile)
    expect(await client.outcome()).toBe('account_disabled')
  })

  it('says what the directory says now, at each refresh', async () => {
    const { auth, directory } = testServer({}, driver)
    const client = await Holder.start(auth)
    directory.profiles.set('ann', { user: { subject: 'ann', name: 'Ann' }, scope: 'admin orders', version: 1 })

    const { user, accessToken } = await client.refresh()

    expect(user).toEqual({ subject: 'ann', name: 'Ann' })
    expect(claimsOf(accessToken)).toMatchObject({ scope: 'admin orders', pv: 1 })
  })

  it('keeps the scope that a session was started with, whatever the directory says', async () => {
    const { auth } = testServer({}, driver)
    const client = await Holder.start(auth, { scope: 'invoices', claims: { dept: 'sales' }, amr: ['otp'], acr: 'aal2' })

    const { accessToken } = await client.refresh()

    expect(claimsOf(accessToken)).toMatchObject({ scope: 'invoices', dept: 'sales', amr: ['otp'], acr: 'aal2' })
  })

  it('rejects and changes nothing while the directory is unavailable', async () => {
    const { auth, directory, stored } = testServer({}, driver)
    const client = await Holder.start(auth)
    await client.refresh()
    const before = (await stored.store.sessions.find(client.sid)).session
    directory.away = true

    await expect(client.refresh()).rejects.toThrow('the directory is unavailable')

    expect((await stored.store.sessions.find(client.sid)).session).toEqual(before)
    directory.away = false
    expect(await client.outcome()).toBe('granted')
  })

  it('counts the ten seconds of a race from the end of a directory that took its time', async () => {
    const { auth, clock, directory } = testServer({}, driver)
    const client = await Holder.start(auth)
    const first = client.token
    await client.refresh()
    const { profile } = directory
    directory.profile = async (who) => {
      clock.advance(12)
      return profile(who)
    }

    await client.refresh()
    directory.profile = profile

    expect(await client.outcome(first)).toBe('refresh_raced')
  })

  it('rejects while the store is unavailable, and goes on when it is back', async () => {
    const { auth, stored } = testServer({}, driver)
    const client = await Holder.start(auth)
    await client.refresh()
    stored.away = true
    await expect(client.refresh()).rejects.toMatchObject({ name: 'StoreUnavailableError' })
    await expect(auth.sessions.end(client.sid)).rejects.toMatchObject({ name: 'StoreUnavailableError' })

    stored.away = false

    expect(await client.outcome()).toBe('granted')
    expect(auth.figures().refresh_confirmed).toBe(1)
  })

  it.each(['sessions.confirm', 'sessions.find'])(
    'takes an answer that got lost between store and server, at %s, for a lost answer like any other',
    async (verb) => {
      const { auth, stored } = testServer({}, driver)
      const client = await Holder.start(auth)
      await client.refresh()
      stored.before = (called) => {
        if (called === verb) throw new Error('connection reset')
      }
      await expect(client.refresh()).rejects.toThrow('connection reset')

      stored.before = undefined

      expect(await client.outcome()).toBe('granted')
    },
  )

  it('decides again when another was faster, and gives up with 503 after three times', async () => {
    const { auth, stored } = testServer({}, driver)
    const client = await Holder.start(auth)
    await client.refresh()
    const presented = client.token
    let races = 0
    // Each time the server has decided, the clock of the session moves on under it.
    stored.before = async (verb, [sid]) => {
      if (verb !== 'sessions.confirm' && verb !== 'sessions.touch') return
      races++
      stored.before = undefined
      await advance(sid as string)
      stored.before = again
    }
    const again = stored.before
    async function advance(sid: string) {
      const { session } = await stored.store.sessions.find(sid)
      const nonce = new Uint8Array(16).fill(races)
      // A generation that keeps the presented token "next": the record's nonce is still its parent's start.
      nonce.set(session!.nonce.slice(0, 8))
      await stored.store.sessions.confirm(sid, session!, { ...session!, nonce })
    }

    const refusal = await auth.sessions.refresh({ token: presented, transport: 'body' }).catch((error) => error)

    expect(refusal).toMatchObject({ code: 'service_unavailable', headers: { 'Retry-After': '1' } })
    expect(races).toBe(3)
    stored.before = undefined
    expect(await client.outcome(presented)).toBe('granted')
  })

  it('grants what it decided anew when it lost once', async () => {
    const { auth, stored } = testServer({}, driver)
    const client = await Holder.start(auth)
    await client.refresh()
    const presented = client.token
    let raced = false
    stored.before = async (verb) => {
      if (verb !== 'sessions.confirm' || raced) return
      raced = true
      await client.refresh({ token: presented, lost: true })
    }

    expect(await client.outcome(presented)).toBe('granted')
    expect(auth.figures()).toMatchObject({ refresh_confirmed: 1, refresh_granted: 2 })
  })

  it('answers with the reason where the session ended between decision and write', async () => {
    const { auth, stored } = testServer({}, driver)
    const client = await Holder.start(auth)
    await client.refresh()
    stored.before = async (verb) => {
      if (verb !== 'sessions.confirm') return
      stored.before = undefined
      await auth.sessions.end(client.sid, 'signed_out')
    }

    expect(await client.outcome()).toBe('signed_out')
  })
})

function claimsOf(accessToken: string): unknown {
  return JSON.parse(Buffer.from(accessToken.split('.')[1]!, 'base64url').toString('utf8'))
}
