import { AnswerError } from '../answer-error.js'
import type { CounterStore } from '../store/store.js'
import { addressPrefix } from './address-prefix.js'
import { counterOf, knownAddress } from './throttle-counters.js'
import { readThrottleOptions, type ThrottleOptions } from './throttle-limits.js'

/** An attempt to sign in, or to change a password. */
export interface AttemptedSignIn {
  readonly tenant: string
  /** The account of the attempt, whether or not it exists; for a password change, the session. */
  readonly usernameKey: string
  /** The network address of the client. All clients with null or an invalid address share one limit. */
  readonly address: string | null
}

/** An admitted attempt. It counts as failed until one of these functions is called. */
export interface Attempt {
  /**
   * Recent failed attempts before this one: the maximum of those of the account, of the address, and of the account at the address.
   */
  readonly failures: number
  /** The password was right: the attempt no longer counts as failed, and the address becomes known. */
  succeeded(): Promise<void>
  /** The password was not checked (503 and the like): the attempt no longer counts. */
  withdraw(): Promise<void>
}

export interface Throttle {
  /**
   * Counts an attempt before its password is checked, so that concurrent attempts cannot exceed the limit.
   *
   * @throws AnswerError `too_many_attempts` with Retry-After, whether or not the account exists.
   */
  admit(signIn: AttemptedSignIn): Promise<Attempt>
  /**
   * Counts a registration before its password is hashed. Its `failures` are the earlier registrations, successful ones included.
   *
   * @throws AnswerError `too_many_requests` with Retry-After.
   */
  admitRegistration(address: string | null): Promise<Omit<Attempt, 'succeeded'>>
}

/** Replaces a missing address prefix, and never equals a prefix. */
const unknownAddress = 'unknown'

/**
 * Throttled sign-in (ASVS 5.0 6.1.1, 6.3.1) on the store's counters, so that it holds over all nodes and restarts.
 *
 * @throws TypeError that names the option.
 */
export function createThrottle(store: CounterStore, options: ThrottleOptions = {}): Throttle {
  const { accountAtAddress, account, address, registration, knownFor } = readThrottleOptions(options)

  return {
    async admit({ tenant, usernameKey, address: from }) {
      const prefix = prefixOf(from)
      const accountCounter = counterOf(store, 'account', account, tenant, usernameKey)
      // The placeholder that strangers share never becomes a known address.
      const knownFrom = prefix === unknownAddress ? null : knownAddress(store, knownFor, tenant, usernameKey, prefix)
      // Sequentially from the narrowest limit to the widest: an attempt that a narrow limit refuses does not count in the wide ones, so
      // that a flood from one address cannot use up the attempts of others.
      const counters = [
        counterOf(store, 'account-at-address', accountAtAddress, tenant, usernameKey, prefix),
        counterOf(store, 'address', address, prefix),
        accountCounter,
      ]

      let failures = 0
      const counted: typeof counters = []
      const refund = () => Promise.all(counted.map((counter) => counter.add(-1)))
      for (const counter of counters) {
        const { count, resetsIn } = await counter.add(1)
        if (count > counter.max && !(counter === accountCounter && (await knownFrom?.isKnown()))) {
          await refund()
          throw new AnswerError('too_many_attempts', 'wait before the next attempt', { retryAfter: resetsIn })
        }
        counted.push(counter)
        failures = Math.max(failures, count - 1)
      }

      let settled = false
      const withdraw = async () => {
        if (settled) return
        settled = true
        await refund()
      }
      return {
        failures,
        withdraw,
        succeeded: async () => {
          if (!settled) await Promise.all([withdraw(), knownFrom?.remember()])
        },
      }
    },

    async admitRegistration(from) {
      const counter = counterOf(store, 'registration', registration, prefixOf(from))
      const { count, resetsIn } = await counter.add(1)
      if (count > counter.max) {
        throw new AnswerError('too_many_requests', 'wait before the next registration', { retryAfter: resetsIn })
      }
      return {
        failures: count - 1,
        async withdraw() {
          await counter.add(-1)
        },
      }
    },
  }
}

function prefixOf(address: string | null): string {
  return (address === null ? null : addressPrefix(address)) ?? unknownAddress
}
