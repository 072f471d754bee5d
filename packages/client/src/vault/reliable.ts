import type { Timer } from '../wait.js'
import type { Vault } from './vault.js'

/** Steps that a vault may take to answer, and their milliseconds. A long task of the page counts as one step. */
const steps = 8
const step = 250

/** How browsers refuse IndexedDB altogether: opaque origins, private windows of older browsers, some web views. */
const refusal = /^(Security|InvalidState|Type|Reference)Error/

/**
 * The shared vault, or one in memory where the browser has none, or there is no browser. A call that fails, or has no answer
 * in time, changes nothing and is rejected: no answer does not mean that the vault is empty. The next call tries again.
 */
export function reliableVault<T>(shared: Vault<T>, timer: Timer): Vault<T> {
  let own: T | undefined
  let patience = steps
  return (change) =>
    new Promise((resolve, reject) => {
      /** Steps; less than none: it is too late. */
      let left = patience
      let cancel = () => {}
      const wait = () => {
        if (left-- > 0) {
          cancel = timer.after(step, wait)
          return
        }
        // Until the vault answers again, further calls wait one step only: a refresh needs several calls.
        patience = 1
        reject(new Error('IndexedDB does not answer.'))
      }
      wait()
      shared((before) => (left < 0 ? undefined : change(before)))
        .finally(() => {
          cancel()
          patience = steps
        })
        .catch((error) => {
          if (!refusal.test(error)) throw error
          const before = own
          own = change(before) ?? before
          return before
        })
        .then(resolve, reject)
    })
}
