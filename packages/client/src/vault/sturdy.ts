import { pause, type Timer } from '../wait.js'
import { memoryVault } from './memory.js'
import type { Vault } from './vault.js'

/** How long a vault may be silent, in running time: a long task of the page takes one step, however long it is. */
const steps = 8
const step = 250

/** How browsers refuse IndexedDB altogether: opaque origins, private windows of older browsers, some web views. */
const refusal = /^(Security|InvalidState|Type|Reference)Error$/

/**
 * The shared vault, or one in memory where the browser has none. A call that fails, or has no answer in time, changes
 * nothing and is rejected: a late vault is not an empty one. The next call asks again.
 */
export function sturdyVault<T>(shared: Vault<T>, timer: Timer): Vault<T> {
  let vault = shared
  let patience = steps
  return async (change) => {
    let answered = false
    let late = false
    const changing = vault((before) => (late ? undefined : change(before))).finally(() => {
      answered = true
      patience = steps
    })
    const silence = async () => {
      for (let count = 0; count < patience && !answered; count++) await pause(step, timer)
      // Until there is an answer, further calls wait less: a refresh needs several of them.
      if (!answered) patience = 1
      return Promise.reject(new Error('IndexedDB does not answer.'))
    }
    try {
      return await Promise.race([changing, silence()])
    } catch (error) {
      late = true
      if (!refusal.test((error as Error | null)?.name ?? '')) throw error
      if (vault === shared) vault = memoryVault()
      return await vault(change)
    }
  }
}
