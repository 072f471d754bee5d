import { describe, expect, it } from 'vitest'
import type { Session } from '../src/session/session.js'
import { memoryStore } from '../src/store/memory/index.js'
import type { Store } from '../src/store/store.js'
import { testServer } from './harness/auth-server.js'
import { drivers } from './harness/drivers.js'
import { Holder } from './harness/holder.js'
import { testSecrets } from './harness/secrets.js'

describe('a store that lost writes', () => {
  /** A client that has confirmed `lost` generations more than the store, restored from a copy, knows of. */
  async function restored(lost: number, options: { recovery?: boolean } = {}) {
    const secrets = testSecrets()
    const before = testServer({ secrets })
    const client = await Holder.start(before.auth)
    await client.refresh()
    await client.refresh()
    const { session } = await before.stored.store.sessions.find(client.sid)
    for (let write = 0; write < lost; write++) await client.refresh()
    const store = await storeWith(session!)
    const after = testServer({ secrets, store, ...options })
    const heard: string[] = []
    after.auth.on(({ type }) => heard.push(type))
    return { ...after, store, client, heard }
  }

  it('does not affect an honest client if one confirmation is lost', async () => {
    const { auth, client, heard, store } = await restored(1)

    const { refreshToken } = await auth.sessions.refresh({ token: client.token, transport: 'body' })
    await auth.sessions.refresh({ token: refreshToken!, transport: 'body' })

    expect(heard).toEqual(['store_regressed'])
    expect((await store.sessions.find(client.sid)).session).toMatchObject({ generation: 4, ended: null })
  })

  it('refuses a client that is further ahead, revokes nothing and notifies the operator', async () => {
    const { auth, client, heard, store } = await restored(2)

    const refusal = await auth.sessions.refresh({ token: client.token, transport: 'body' }).catch((error) => error)

    expect(refusal.code).toBe('refresh_token_invalid')
    expect(heard).toEqual(['store_regressed'])
    expect(auth.figures()).toMatchObject({ store_regressed: 1, refresh_refused: 1 })
    expect((await store.sessions.find(client.sid)).session).toMatchObject({ generation: 1, ended: null })
  })

  it('accepts a client that is further ahead once the operator has declared the recovery', async () => {
    const { auth, client, heard, store } = await restored(2, { recovery: true })

    await auth.sessions.refresh({ token: client.token, transport: 'body' })

    expect(heard).toEqual(['store_regressed'])
    expect((await store.sessions.find(client.sid)).session).toMatchObject({ generation: 4, ended: null })
  })

  it('still sees a token from before the loss as used before', async () => {
    const { auth, client, store } = await restored(1)
    const old = client.token
    const next = await auth.sessions.refresh({ token: old, transport: 'body' })
    await auth.sessions.refresh({ token: next.refreshToken!, transport: 'body' })

    const refusal = await auth.sessions.refresh({ token: old, transport: 'body' }).catch((error) => error)

    expect(refusal.code).toBe('refresh_raced')
    expect((await store.sessions.find(client.sid)).session).toMatchObject({ ended: null })
  })
})

async function storeWith(session: Session): Promise<Store> {
  const store = memoryStore()
  await store.sessions.create(session)
  return store
}

describe.each(drivers)('strict confirmation on $name', (driver) => {
  it('advances the record at the grant itself', async () => {
    const { auth, stored } = testServer({ confirmation: 'strict' }, driver)
    const client = await Holder.start(auth)

    for (const generation of [1, 2, 3]) {
      await client.refresh()
      expect((await stored.store.sessions.find(client.sid)).session).toMatchObject({ generation })
    }
  })

  it('signs out a client whose answer was lost, once the 10 seconds of a race are over', async () => {
    const { auth, clock } = testServer({ confirmation: 'strict' }, driver)
    const client = await Holder.start(auth)
    await client.refresh({ lost: true })

    expect(await client.outcome()).toBe('refresh_raced')
    clock.advance(11)
    expect(await client.outcome()).toBe('refresh_token_reused')
  })

  it('has one winner among fifty requests with one token, and revokes nothing', async () => {
    const { auth, stored } = testServer({ confirmation: 'strict' }, driver)
    const client = await Holder.start(auth)
    const presented = client.token

    const outcomes = await Promise.all(Array.from({ length: 50 }, () => client.outcome(presented)))

    expect(outcomes.filter((outcome) => outcome === 'granted')).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === 'refresh_raced')).toHaveLength(49)
    expect((await stored.store.sessions.find(client.sid)).session).toMatchObject({ generation: 1, ended: null })
  })

  it('takes over sessions that began on use', async () => {
    const secrets = testSecrets()
    const before = testServer({ secrets }, driver)
    const client = await Holder.start(before.auth)
    await client.refresh()
    const { auth } = testServer({ secrets, store: before.stored.store, confirmation: 'strict' })

    const { session } = await auth.sessions.refresh({ token: client.token, transport: 'body' })

    expect(session.generation).toBe(2)
    expect((await before.stored.store.sessions.find(client.sid)).session).toMatchObject({ generation: 2 })
  })
})
