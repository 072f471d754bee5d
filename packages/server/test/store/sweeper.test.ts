import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createIdleTime } from '../../src/idle-time.js'
import { memoryStore } from '../../src/store/memory/index.js'
import { createSweeper } from '../../src/store/sweeper.js'
import { testServer } from '../harness/auth-server.js'
import { Holder } from '../harness/holder.js'
import { interpose } from '../harness/stores.js'

const day = 24 * 3600

describe('the sweeper', () => {
  it('deletes a session a week after its end and not before, so that its tokens are answered with the reason', async () => {
    const { auth, clock, stored } = testServer()
    const client = await Holder.start(auth)
    await auth.sessions.end(client.sid, 'signed_out')
    const sweeper = createSweeper(stored.store, createIdleTime(), () => {})

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
    const sweeper = createSweeper(stored.store, createIdleTime(), () => {})

    await sweeper.sweep()

    expect(await client.outcome()).toBe('granted')
    sweeper.close()
  })

  it('sweeps in one turn on one node, and in the next on whichever comes first', async () => {
    const { clock, stored } = testServer()
    const sweepers = [1, 2, 3].map(() => createSweeper(stored.store, createIdleTime(), () => {}))

    const first = await Promise.all(sweepers.map(({ sweep }) => sweep()))
    expect(first.filter((deleted) => deleted !== null)).toHaveLength(1)
    expect(stored.calls.filter((verb) => verb === 'sessions.deleteExpired')).toHaveLength(1)

    clock.advance(60)
    expect(await sweepers[2]!.sweep()).toBe(0)
    expect(await sweepers[0]!.sweep()).toBeNull()
    for (const sweeper of sweepers) sweeper.close()
  })

  it('deletes as many batches as it takes, each a small one', async () => {
    const { clock, stored } = testServer()
    for (let value = 0; value < 450; value++) await stored.store.oneTimeValues.claim(`jti ${value}`, 1)
    const sweeper = createSweeper(stored.store, createIdleTime(), () => {})
    clock.advance(2)

    expect(await sweeper.sweep()).toBe(450)

    expect(stored.calls.filter((verb) => verb === 'oneTimeValues.deleteExpired')).toHaveLength(3)
    sweeper.close()
  })

  it('leaves the rest to the next turn, when the turn is over', async () => {
    const { clock, stored } = testServer()
    for (let value = 0; value < 450; value++) await stored.store.oneTimeValues.claim(`jti ${value}`, 1)
    const sweeper = createSweeper(stored.store, createIdleTime(), () => {})
    clock.advance(2)
    stored.before = (verb) => {
      if (verb === 'oneTimeValues.deleteExpired') clock.advance(60)
    }

    expect(await sweeper.sweep()).toBe(200)
    sweeper.close()
  })

  it('lets the database of a node without requests sleep, and sweeps again when there are some', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    onTestFinished(() => void vi.useRealTimers())
    const stored = interpose(memoryStore())
    let at = 0
    const idleTime = createIdleTime(() => at)
    const sweeper = createSweeper(stored.store, idleTime, () => {})
    stored.calls.length = 0

    at = 61_000
    await vi.advanceTimersByTimeAsync(60_000)
    expect(stored.calls).toEqual([])

    idleTime.reset()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(stored.calls).toContain('sessions.deleteExpired')
    sweeper.close()
  })

  it('counts that the store was unavailable, and goes on', async () => {
    const { stored } = testServer()
    const counted: string[] = []
    const sweeper = createSweeper(stored.store, createIdleTime(), (figure) => counted.push(figure))
    stored.away = true

    await sweeper.sweep()
    stored.away = false
    await sweeper.sweep()

    expect(counted).toEqual(['sweep_failed'])
    sweeper.close()
  })
})
