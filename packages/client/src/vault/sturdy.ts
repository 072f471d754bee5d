import type { Timer } from '../wait.js'
import { memoryVault } from './memory.js'
import type { Vault } from './vault.js'

/** How long a vault may be silent, in running time: a long task of the page takes one step, however long it is. */
const steps = 8
const step = 250

/** How browsers refuse IndexedDB altogether: opaque origins, private windows of older browsers, some web views. */
const refusal = /^(Security|InvalidState|Type|Reference)Error/

/**
 * The shared vault, or one in memory where the browser has none. A call that fails, or has no answer in time, changes
 * nothing and is rejected: a late vault is not an empty one. The next call asks again.
 */
export function sturdyVault<T>(shared: Vault<T>, timer: Timer): Vault<T> {
  let vault = shared
  let patience = steps
  return (change) =>
    new Promise((resolve, reject) => {
      let late = false
      let cancel = () => {}
      const wait = (left: number) => {
        cancel = timer.after(step, () => {
          if (left > 1) return wait(left - 1)
          late = true
          // Until there is an answer, further calls wait less: a refresh needs several of them.
          patience = 1
          reject(new Error('IndexedDB does not answer.'))
        })
      }
      wait(patience)
      vault((before) => (late ? undefined : change(before)))
        .finally(() => {
          cancel()
          patience = steps
        })
        .catch((error) => {
          if (!refusal.test(error)) throw error
          if (vault === shared) vault = memoryVault()
          return vault(change)
        })
        .then(resolve, reject)
    })
}
