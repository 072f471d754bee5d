import { describe, expect, it } from 'vitest'
import { createSweeper } from '../src/sweeper.js'
import { testServer } from './harness/auth-server.js'
import { Holder } from './harness/holder.js'

const day = 24 * 3600

describe('the sweeper', () => {
  it('deletes a session a week after its end and not before, so that its tokens are answered with the reason', async () => {
    const { auth, clock, stored } = testServer()
    const client = await Holder.start(auth)
    await auth.endSession(client.sid, 'signed_out')
    const sweeper = createSweeper(stored.store, () => {})

    clock.advance(7 * day - 60)
    await sweeper.sweep()
    expect(await client.outcome()).toBe('signed_out')
    clock.advance(120)
    await sweeper.sweep()

    expect((await stored.store.sessions.find(client.sid)).session).toBeNull()
    expect(await client.outcome()).toBe('refresh_token_invalid')
    sweeper.close()
  })

  it('leaves a session alone that is alive', async () => {
    const { auth, clock, stored } = testServer()
    const client = await Holder.start(auth)
    clock.advance(13 * day)
    const sweeper = createSweeper(stored.store, () => {})

    await sweeper.sweep()

    expect(await client.outcome()).toBe('granted')
    sweeper.close()
  })

  it('counts that the store was away, and goes on', async () => {
    const { stored } = testServer()
    const counted: string[] = []
    const sweeper = createSweeper(stored.store, (figure) => counted.push(figure))
    stored.away = true

    await sweeper.sweep()
    stored.away = false
    await sweeper.sweep()

    expect(counted).toEqual(['sweep_failed'])
    sweeper.close()
  })
})
