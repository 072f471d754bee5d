import { expect, test } from 'vitest'
import type { ClientConfig } from '../src/config.js'
import { leaseLock } from '../src/tabs/lease.js'
import type { TestTab } from './support/browser.js'
import { useWorld } from './support/world.js'

const world = useWorld()
const never = new AbortController().signal
const ever = () => new Promise<never>(() => {})

function openLease(lock = 60) {
  const tab = world.open({}, { locks: false })
  const timeouts = { request: 1000, lock: lock * 1000, reauth: 1000 }
  const lease = leaseLock({ name: 'test', environment: tab.environment, timeouts } as ClientConfig)
  return { tab, lease }
}

/** Two pages, of which the first holds the lease and does not give it back. */
async function openHeld(lock?: number) {
  const first = openLease()
  const second = openLease(lock)
  await new Promise<void>((resolve) => {
    void first.lease(() => {
      resolve()
      return ever()
    }, never)
  })
  return { first: first.tab, second: second.tab, lease: second.lease }
}

/** Whether the task of a page that waits for the lease begins while so much time passes for the pages. */
async function begins(lease: ReturnType<typeof leaseLock>, milliseconds: number, tabs: readonly TestTab[]) {
  let begun = false
  const abort = new AbortController()
  const waiting = lease(async () => {
    begun = true
  }, abort.signal).catch(() => {})
  for (let passed = 0; passed <= milliseconds && !begun; passed += 100) {
    for (const tab of tabs) tab.pass(100)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  abort.abort()
  for (const tab of tabs) tab.pass(100)
  await waiting
  return begun
}

test('the lease of a crashed page expires within two seconds', async () => {
  const { second, lease } = await openHeld()

  expect(await begins(lease, 2000, [second])).toBe(true)
})

test('a page keeps the lease for as long as its task runs', async () => {
  const { first, second, lease } = await openHeld()

  expect(await begins(lease, 10_000, [first, second])).toBe(false)
})

test('a page that closes releases the lease at once', async () => {
  const { first, second, lease } = await openHeld()

  first.hide()

  expect(await begins(lease, 200, [second])).toBe(true)
})

test('after the time limit of the lock the lease is taken by force', async () => {
  const { first, second, lease } = await openHeld(10)

  expect(await begins(lease, 9500, [first, second])).toBe(false)
  expect(await begins(lease, 10_500, [first, second])).toBe(true)
})

test('a task releases the lease as soon as it is over, also if it failed', async () => {
  const { lease } = openLease()

  const failed = lease(() => Promise.reject(new Error('failed')), never).catch((error: Error) => error.message)

  expect(await failed).toBe('failed')
  const left = await world.browser.vault<{ until: number }>('test lease')(() => undefined)
  expect(left?.until).toBeLessThanOrEqual(Date.now())
})

test('without a vault the task runs at once', async () => {
  const tab = world.open({}, { locks: false, openVault: () => () => Promise.reject(new Error('silent')) })
  const timeouts = { request: 1000, lock: 60_000, reauth: 1000 }
  const lease = leaseLock({ name: 'test', environment: tab.environment, timeouts } as ClientConfig)

  expect(await lease(async () => 'done', never)).toBe('done')
})

test('a lease from before the clock was set back is ignored', async () => {
  const { second, lease } = await openHeld()
  second.setWallClock(-3_600_000)

  expect(await begins(lease, 200, [second])).toBe(true)
})
