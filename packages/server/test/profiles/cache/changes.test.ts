import { beforeEach, describe, expect, it } from 'vitest'
import { StoreUnavailableError } from '../../../src/store/store.js'
import { Holder } from '../../harness/holder.js'
import { eventually, ownRedis } from '../../harness/own-redis.js'
import { gate, refreshed, settled, twoNodes } from './nodes.js'

const redis = await ownRedis()
const account = { username: 'ann', password: 'a long pass phrase' }

/** Written in time, and seen later. */
function withoutLimit(argumentsOfUpdate: readonly unknown[]): void {
  ;(argumentsOfUpdate as unknown[]).length = 3
}

/** Two nodes with built-in accounts, and one session of ann whose profile is in Redis. */
async function withAccount() {
  if (redis.missing !== undefined) throw new Error(redis.missing)
  // Long timeouts, so that a busy machine changes nothing: a read waits until the other has answered.
  const world = await twoNodes(redis, { timeout: 10, waitTimeout: 10 }, { directory: undefined } as object)
  const { one, clock, stored } = world
  const { subject } = await one.auth.accounts!.create({ ...account, scope: 'orders' })
  const holder = await Holder.start(one.auth, { subject })
  clock.advance(settled)
  expect(await refreshed(holder, one)).toMatchObject({ scope: 'orders' })
  const kept = async () => (await one.client.keys('*:profile:*')).length
  expect(await kept()).toBe(1)
  /** How often what is kept of an account has been read. */
  const reads = () => stored.calls.filter((verb) => verb === 'accounts.find').length
  return { ...world, accounts: one.auth.accounts!, subject, holder, reads, kept }
}

describe('a change of an account, with its profile in Redis', () => {
  beforeEach(({ skip }) => skip(redis.missing !== undefined, redis.missing))

  it('is not looked up again at a refresh before it', async () => {
    const { holder, one, other, reads } = await withAccount()
    const before = reads()

    await refreshed(holder, one)
    await refreshed(holder, other)

    expect(reads()).toBe(before)
    expect(other.auth.figures()).toMatchObject({ cache_hit: 1 })
  })

  it('is seen at the next refresh on another node, and is out of Redis soon', async () => {
    const { accounts, subject, holder, other, kept } = await withAccount()

    await accounts.setScope({ subject }, 'admin')

    expect(await refreshed(holder, other)).toMatchObject({ scope: 'admin' })
    await eventually(async () => (await kept()) === 0)
  })

  it('is seen even if Redis was not updated', async () => {
    const { accounts, subject, holder, one, other, kept, clock } = await withAccount()
    one.client.disconnect()

    await accounts.setScope({ subject }, 'admin')

    expect(await refreshed(holder, other)).toMatchObject({ scope: 'admin' })
    clock.advance(settled)
    expect(await refreshed(holder, other)).toMatchObject({ scope: 'admin' })
    expect(await other.client.keys('*:profile:*')).toHaveLength(1)
    expect(await kept().catch(() => 'disconnected')).toBe('disconnected')
  })

  it('ends a disabled account at its next refresh, even if the process died before it updated Redis', async () => {
    const { accounts, subject, holder, one, other, stored } = await withAccount()
    one.client.disconnect()
    stored.before = (verb) => {
      if (verb === 'sessions.revokeBySubject') throw new Error('the process died')
    }
    await expect(accounts.setDisabled({ subject }, true)).rejects.toThrow('the process died')
    stored.before = undefined
    expect(await other.client.keys('*:profile:*')).toHaveLength(1)

    await expect(refreshed(holder, other)).rejects.toMatchObject({ code: 'account_disabled' })
    await expect(refreshed(holder, other)).rejects.toMatchObject({ code: 'account_disabled' })
  })

  it('counts from the moment that it is written, though the process died in that moment', async () => {
    const { accounts, subject, holder, other, stored } = await withAccount()
    stored.around = async (verb, _, go) => {
      const answer = await go()
      if (verb === 'accounts.update') throw new Error('the process died')
      return answer
    }
    await expect(accounts.setDisabled({ subject }, true)).rejects.toThrow('the process died')
    stored.around = undefined
    expect(await other.client.keys('*:profile:*')).toHaveLength(1)

    await expect(refreshed(holder, other)).rejects.toMatchObject({ code: 'account_disabled' })
  })

  it('leaves all as it was where the process died before it', async () => {
    const { accounts, subject, holder, other, stored, clock, reads } = await withAccount()
    stored.before = (verb) => {
      if (verb === 'accounts.update') throw new Error('the process died')
    }
    await expect(accounts.setDisabled({ subject }, true)).rejects.toThrow('the process died')
    stored.before = undefined

    expect(await refreshed(holder, other)).toMatchObject({ scope: 'orders' })
    clock.advance(settled)
    await refreshed(holder, other)
    const before = reads()
    await refreshed(holder, other)
    expect(reads()).toBe(before)
  })

  it('is seen where others read in the time that it took', async () => {
    const { accounts, subject, holder, one, other, stored, clock } = await withAccount()
    one.client.disconnect()
    stored.before = async (verb) => {
      if (verb !== 'accounts.update') return
      stored.before = undefined
      clock.advance(10)
      expect(await refreshed(holder, other)).toMatchObject({ scope: 'orders' })
      clock.advance(9)
    }

    await accounts.setScope({ subject }, 'admin')

    expect(await refreshed(holder, other)).toMatchObject({ scope: 'admin' })
  })

  it('is dropped if the database runs it after its deadline, and succeeds when repeated', async () => {
    const { accounts, subject, holder, one, other, stored, clock } = await withAccount()
    one.client.disconnect()
    stored.before = async (verb) => {
      if (verb !== 'accounts.update') return
      stored.before = undefined
      clock.advance(31)
      expect(await refreshed(holder, other)).toMatchObject({ scope: 'orders' })
    }

    await expect(accounts.setScope({ subject }, 'admin')).rejects.toThrow(StoreUnavailableError)
    expect(await refreshed(holder, other)).toMatchObject({ scope: 'orders' })

    await accounts.setScope({ subject }, 'admin')
    expect(await refreshed(holder, other)).toMatchObject({ scope: 'admin' })
  })

  it('is seen though its commit took longer than it may', async () => {
    const { accounts, subject, holder, one, other, stored, clock } = await withAccount()
    one.client.disconnect()
    stored.before = async (verb, args) => {
      if (verb !== 'accounts.update') return
      stored.before = undefined
      withoutLimit(args)
      clock.advance(40)
      // Read when the change should have been made long ago, and kept.
      expect(await refreshed(holder, other)).toMatchObject({ scope: 'orders' })
      clock.advance(1)
    }

    await accounts.setScope({ subject }, 'admin')

    expect(await refreshed(holder, other)).toMatchObject({ scope: 'admin' })
  })

  it('is seen by a session that began during the change', async () => {
    const { accounts, subject, one, other, stored, clock } = await withAccount()
    one.client.disconnect()
    let young: Holder | undefined
    stored.before = async (verb, args) => {
      if (verb !== 'accounts.update') return
      // The session began before the change did, and the store knows it only now.
      stored.before = undefined
      withoutLimit(args)
      young = await starting.finish()
      clock.advance(29)
      await refreshed(young, other)
    }
    const starting = await beginSession()

    await accounts.setScope({ subject }, 'admin')
    clock.advance(1)

    expect(await refreshed(young!, other)).toMatchObject({ scope: 'admin' })

    async function beginSession() {
      const [reached, held] = [gate(), gate()]
      stored.around = async (verb, _, go) => {
        if (verb !== 'sessions.create') return go()
        reached.open()
        await held.opened
        return go()
      }
      const session = Holder.start(other.auth, { subject })
      await reached.opened
      clock.advance(5)
      const finish = () => {
        held.open()
        return session
      }
      return { finish }
    }
  })

  it('is seen at /auth/me, which no longer answers for a disabled account', async () => {
    const { accounts, subject, one, other, stored, clock, reads } = await withAccount()
    const { accessToken } = await other.auth.sessions.signIn({ ...account, transport: 'body' })
    clock.advance(settled)
    const headers = { Authorization: `Bearer ${accessToken}` }
    const me = async () => (await other.auth.fetch(new Request('https://auth.example.com/auth/me', { headers }))).json()
    expect(await me()).toMatchObject({ username: 'ann' })
    const before = reads()
    expect(await me()).toMatchObject({ username: 'ann' })
    expect(reads()).toBe(before)
    one.client.disconnect()
    stored.before = (verb) => {
      if (verb === 'sessions.revokeBySubject') throw new Error('the process died')
    }

    await accounts.setDisabled({ subject }, true).catch(() => {})

    expect(await other.client.keys('*:profile:*')).toHaveLength(1)
    expect(await me()).toMatchObject({ code: 'account_disabled' })
  })
})

describe('a change of a person of your own, with the profile in Redis', () => {
  beforeEach(({ skip }) => skip(redis.missing !== undefined, redis.missing))

  async function withDirectory() {
    if (redis.missing !== undefined) throw new Error(redis.missing)
    const world = await twoNodes(redis, { timeout: 10, waitTimeout: 10 })
    const holder = await Holder.start(world.one.auth)
    world.clock.advance(settled)
    await refreshed(holder, world.one)
    const change = (scope: string, version: number) =>
      void world.directory.profiles.set('ann', { user: { subject: 'ann' }, scope, version })
    return { ...world, holder, change }
  }

  it('is seen at the next refresh of every node once profiles.changed has been called', async () => {
    const { holder, one, other, directory, change } = await withDirectory()
    change('admin', 1)
    expect(await refreshed(holder, other)).toMatchObject({ scope: 'orders' })
    one.client.disconnect()

    await one.auth.profiles.changed({ subject: 'ann' }, 1)

    expect(await refreshed(holder, other)).toMatchObject({ scope: 'admin' })
    expect(directory.asked).toBe(3)
  })

  it('is seen though a reading from before it is answered, and kept, after it', async () => {
    const { holder, one, other, directory, change, clock } = await withDirectory()
    await one.client.flushall()
    const second = await Holder.start(one.auth)
    const { opened, open } = gate()
    directory.hold = opened
    const asked = directory.asked
    const early = refreshed(holder, other)
    await eventually(() => directory.asked > asked)
    change('admin', 1)
    await one.auth.profiles.changed({ subject: 'ann' }, 1)
    directory.hold = undefined

    open()

    expect(await early).toMatchObject({ scope: 'orders' })
    for (const [session, node] of [
      [holder, other],
      [second, one],
    ] as const) {
      expect(await refreshed(session, node)).toMatchObject({ scope: 'admin' })
    }
    clock.advance(settled)
    expect(await refreshed(holder, one)).toMatchObject({ scope: 'admin' })
  })

  it('begins each session with what the directory says at that moment', async () => {
    const { one, directory, change } = await withDirectory()
    const asked = directory.asked
    change('admin', 1)

    const { accessToken } = await one.auth.sessions.start({ subject: 'ann', transport: 'body' })

    expect(Buffer.from(accessToken.split('.')[1]!, 'base64url').toString()).toContain('"scope":"admin"')
    expect(directory.asked).toBe(asked + 1)
  })

  it('shows at /auth/me to a session that has ended elsewhere only as the directory says it now', async () => {
    const { holder, one, other, directory, change, stored, clock } = await withDirectory()
    const { accessToken, session } = await one.auth.sessions.start({ subject: 'ann', transport: 'body' })
    clock.advance(settled)
    await one.client.flushall()
    await refreshed(holder, one)
    // Ended in the store, and no guard knows yet.
    await stored.store.sessions.revoke(session.id, 'signed_out', 0)
    await stored.store.sessions.outdateProfile({ tenant: '', subject: 'ann' }, 30)
    change('admin', 1)
    directory.profiles.set('ann', { user: { subject: 'ann', name: 'Ann' } })
    const headers = { Authorization: `Bearer ${accessToken}` }
    // The other node looks at the store's clock, which has moved on.
    await other.auth.fetch(new Request('https://auth.example.com/readyz'))

    const answer = await other.auth.fetch(new Request('https://auth.example.com/auth/me', { headers }))

    expect(await answer.json()).toEqual({ subject: 'ann', name: 'Ann' })
  })
})
