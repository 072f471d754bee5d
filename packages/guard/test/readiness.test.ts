import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { makeGuard, makeKey, makeLogger } from './issuer.js'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
afterEach(() => void vi.useRealTimers())

const key = makeKey('ES256', 'key')

test('ready() says in a warning what it waits for and why, and again when the reason changes', async () => {
  let reason = 'no such host'
  const { logger, warnings } = makeLogger()
  const guard = makeGuard({
    keys: () => Promise.reject(new Error(reason)),
    feed: { subscribe: () => () => undefined },
    now: Date.now,
    logger,
  })
  const waiting = guard.ready()
  const said = () => warnings.filter((warning) => warning.includes('ready()'))
  await expect.poll(() => guard.figures().keys.failure).toBe(reason)
  expect(said()).toEqual([])

  vi.advanceTimersByTime(15_000)
  expect(said()).toEqual([
    'Sessionward guard: ready() is still waiting for the signing keys (no such host) and the first snapshot of the revocation feed.',
  ])

  reason = 'wrong certificate'
  await expect.poll(() => guard.figures().keys.failure).toBe(reason)
  vi.advanceTimersByTime(5000)
  expect(said()[1]).toContain('(wrong certificate)')

  guard.close()
  await expect(waiting).rejects.toThrow('closed')
})

test('ready() does not wait for what has already arrived', async () => {
  const { logger, warnings } = makeLogger()
  const guard = makeGuard({ keys: key.jwk, feed: { subscribe: () => () => undefined }, logger })
  const waiting = guard.ready()
  await expect.poll(() => guard.figures().keys.count).toBe(1)
  vi.advanceTimersByTime(5000)
  expect(warnings).toEqual([expect.not.stringContaining('signing keys')])
  guard.close()
  await expect(waiting).rejects.toThrow('closed')
})

test('a guard that is closed leaves no timer behind', async () => {
  const guard = makeGuard({ keys: key.jwk, feed: { subscribe: () => () => undefined } })
  const waiting = guard.ready()
  expect(vi.getTimerCount()).toBe(1)
  guard.close()
  await expect(waiting).rejects.toThrow('closed')
  expect(vi.getTimerCount()).toBe(0)
})
