import { expect, test } from 'vitest'
import { memoryVault, sturdyVault } from '../src/vault/memory.js'
import type { Vault } from '../src/vault/vault.js'

/** A shared vault whose calls wait for the test, and a timer that the test runs. */
function setUp() {
  const stored = memoryVault<string>()
  const calls: { commit: () => void; answer: () => void }[] = []
  const timers: (() => void)[] = []
  let holds = false
  const shared: Vault<string> = (change) => {
    if (!holds) return stored(change)
    return new Promise((resolve) => {
      let before: Promise<string | undefined>
      calls.push({ commit: () => (before = stored(change)), answer: () => resolve(before) })
    })
  }
  const after = (_: number, call: () => void) => {
    timers.push(call)
    return () => {}
  }
  const vault = sturdyVault(shared, { after })
  return { vault, calls, timers, hold: () => (holds = true) }
}

const append = (letter: string) => (before: string | undefined) => `${before ?? ''}${letter}`

test('a call whose change was skipped, since another call had no answer meanwhile, changes the copy in memory', async () => {
  const { vault, calls, timers, hold } = setUp()
  await vault(append('0'))
  hold()
  const first = vault(append('A'))
  const second = vault(append('B'))

  timers[1]!()
  expect(await first).toBe('0')
  calls[1]!.commit()
  calls[1]!.answer()

  expect(await second).toBe('0A')
  expect(await vault(() => undefined)).toBe('0AB')
})

test('a call that was committed before another had no answer does not undo in memory what that one changed', async () => {
  const { vault, calls, timers, hold } = setUp()
  await vault(append('0'))
  hold()
  const first = vault(append('A'))
  const second = vault(append('B'))

  calls[1]!.commit()
  timers[1]!()
  await first
  calls[1]!.answer()
  await second

  expect(await vault(() => undefined)).toBe('0AB')
})
