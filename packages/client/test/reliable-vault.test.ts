import { expect, test } from 'vitest'
import { reliableVault } from '../src/vault/reliable.js'
import type { Vault } from '../src/vault/vault.js'
import { memoryVault } from './support/memory-vault.js'

/** A shared vault that is silent, fails or works as the test says, and time that passes as the test says. */
function setUp() {
  const stored = memoryVault<string>()
  const calls: (() => void)[] = []
  let timers: (() => void)[] = []
  const state = { silent: false, error: undefined as unknown }
  const shared: Vault<string> = (change) => {
    if (state.error) return Promise.reject(state.error)
    if (!state.silent) return stored(change)
    return new Promise((resolve) => calls.push(() => resolve(stored(change))))
  }
  const vault = reliableVault(shared, {
    after(_, call) {
      timers.push(call)
      return () => {
        timers = timers.filter((one) => one !== call)
      }
    },
  })
  /** Runs each timer that is due, as a browser does after a long task too. */
  const passSteps = async (count: number) => {
    for (let n = 0; n < count; n++) {
      const due = timers
      timers = []
      for (const call of due) call()
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  return { vault, stored, calls, state, passSteps }
}

const append = (letter: string) => (before: string | undefined) => `${before ?? ''}${letter}`
const read = () => undefined

test('a vault that answers after a long task of the page has answered in time', async () => {
  const { vault, calls, state, passSteps } = setUp()
  await vault(append('0'))
  state.silent = true
  const call = vault(append('A'))

  // However long the task was: of the timers that came due meanwhile only one could run.
  await passSteps(1)
  calls[0]!()

  expect(await call).toBe('0')
})

test('an answer in time gives the next call its full time again', async () => {
  const { vault, calls, state, passSteps } = setUp()
  await vault(append('0'))
  await passSteps(8)
  state.silent = true
  const call = vault(append('A'))

  await passSteps(7)
  calls[0]!()

  expect(await call).toBe('0')
})

test('a vault that does not answer in time is unavailable, not empty', async () => {
  const { vault, state, passSteps } = setUp()
  await vault(append('0'))
  state.silent = true
  const call = vault(read).catch((error: Error) => error.message)

  await passSteps(8)

  expect(await call).toBe('IndexedDB does not answer.')
})

test('a call that timed out changes nothing later', async () => {
  const { vault, stored, calls, state, passSteps } = setUp()
  state.silent = true
  const call = vault(append('A')).catch(() => 'given up')
  await passSteps(8)
  expect(await call).toBe('given up')

  calls[0]!()

  expect(await stored(read)).toBeUndefined()
})

test('the shared vault is used again when it works again', async () => {
  const { vault, stored, state, passSteps } = setUp()
  state.silent = true
  const call = vault(append('A')).catch(() => 'given up')
  await passSteps(8)
  await call
  state.silent = false

  await vault(append('B'))

  expect(await stored(read)).toBe('B')
})

test('after a timeout the next calls wait less, until the vault answers', async () => {
  const { vault, calls, state, passSteps } = setUp()
  state.silent = true
  const given = [vault(read).catch(() => 'given up')]
  await passSteps(8)
  given.push(vault(read).catch(() => 'given up'))
  await passSteps(1)
  expect(await Promise.all(given)).toEqual(['given up', 'given up'])

  calls[0]!()
  await passSteps(1)
  const patient = vault(append('A'))
  await passSteps(7)
  calls.at(-1)!()

  expect(await patient).toBeUndefined()
})

test('a write that fails is reported, and the next one is tried', async () => {
  const { vault, stored, state } = setUp()
  state.error = new DOMException('The disk is full.', 'QuotaExceededError')
  expect(await vault(append('A')).catch((error: Error) => error.name)).toBe('QuotaExceededError')

  state.error = undefined
  await vault(append('B'))

  expect(await stored(read)).toBe('B')
})

test.each([
  ['an opaque origin', new DOMException('The operation is insecure.', 'SecurityError')],
  ['a private window of an older browser', new DOMException('No mutations.', 'InvalidStateError')],
  ['a web view without IndexedDB', new ReferenceError('indexedDB is not defined')],
])('in %s there is a vault in memory', async (_, error) => {
  const { vault, state } = setUp()
  state.error = error

  await vault(append('A'))
  await vault(append('B'))

  expect(await vault(read)).toBe('AB')
})
