import { createHash } from 'node:crypto'
import { AnswerError } from '../answer-error.js'
import { checkOptionNames } from '../option-names.js'
import type { CounterStore } from '../store/store.js'
import { addressPrefix } from './address-prefix.js'

/** So many failed attempts within so many seconds, counted from the first of them. */
export interface Limit {
  readonly failures: number
  /** Seconds. */
  readonly window: number
}

export interface ThrottleOptions {
  /** For one account from one address prefix. Default 10 in 15 minutes. */
  readonly accountAtAddress?: Limit
  /**
   * For one account from all addresses together, save those that it has signed in from before: nobody elsewhere can lock
   * a person out of a place of their own. Default 100 in an hour.
   */
  readonly account?: Limit
  /** For one address prefix, over all accounts. Default 100 in 15 minutes. */
  readonly address?: Limit
  /** Seconds that an address prefix stays known after a sign-in, at least; at most twice as long. Default 30 days. */
  readonly knownFor?: number
}

/** Who tries to sign in, and from where. */
export interface AttemptedSignIn {
  readonly tenant: string
  /** The folded user name, whether or not there is such an account. */
  readonly usernameKey: string
  /**
   * The network address of the client; null where it is not known. Then only the account's own limit can count, and
   * anybody can exhaust it: hand the address in.
   */
  readonly address: string | null
}

/** An attempt that was let through. It counts as failed until one of these is called. */
export interface Attempt {
  /** The password fitted: the attempt no longer counts, and the address is known from now on. */
  succeeded(): Promise<void>
  /** The password was never checked (503 and the like): the attempt no longer counts. */
  withdraw(): Promise<void>
}

export interface Throttle {
  /**
   * Counts an attempt before its password is checked, so that attempts side by side cannot slip through together.
   *
   * @throws AnswerError `too_many_attempts` with Retry-After, the same for accounts that exist and those that do not.
   */
  admit(signIn: AttemptedSignIn): Promise<Attempt>
}

const known: Readonly<Record<keyof ThrottleOptions, true>> = {
  accountAtAddress: true,
  account: true,
  address: true,
  knownFor: true,
}

const minute = 60
const hour = 60 * minute
const day = 24 * hour

/**
 * Throttled sign-in (ASVS 5.0 6.1.1, 6.3.1) on the store's counters, so that it holds over all nodes and restarts.
 *
 * @throws TypeError that names the option.
 */
export function createThrottle(store: CounterStore, options: ThrottleOptions = {}): Throttle {
  checkOptionNames('throttle', options, known)
  const accountAtAddress = checkLimit(
    'accountAtAddress',
    options.accountAtAddress ?? { failures: 10, window: 15 * minute },
  )
  const account = checkLimit('account', options.account ?? { failures: 100, window: hour })
  const address = checkLimit('address', options.address ?? { failures: 100, window: 15 * minute })
  const knownFor = wholeNumber('knownFor', options.knownFor ?? 30 * day)

  return {
    async admit({ tenant, usernameKey, address: from }) {
      const prefix = from === null ? null : addressPrefix(from)
      const own = counterOf('account', account, tenant, usernameKey)
      const known = prefix === null ? null : knownPlace(tenant, usernameKey, prefix)
      // From the narrowest to the widest, one after the other: an attempt that the narrow limit refuses never shows in the
      // wide ones, so that a flood from one place cannot use up what others need.
      const counters = [own]
      if (prefix !== null) {
        counters.unshift(
          counterOf('account-at-address', accountAtAddress, tenant, usernameKey, prefix),
          counterOf('address', address, prefix),
        )
      }

      const counted: typeof counters = []
      const refund = () => Promise.all(counted.map((counter) => counter.add(-1)))
      for (const counter of counters) {
        const { count, resetsIn } = await counter.add(1)
        if (count > counter.failures && !(counter === own && (await known?.isKnown()))) {
          await refund()
          throw new AnswerError('too_many_attempts', 'wait before the next attempt', { retryAfter: resetsIn })
        }
        counted.push(counter)
      }

      let settled = false
      const withdraw = async () => {
        if (settled) return
        settled = true
        await refund()
      }
      return {
        withdraw,
        succeeded: async () => {
          if (!settled) await Promise.all([withdraw(), known?.remember()])
        },
      }
    },
  }

  function counterOf(kind: string, { failures, window }: Limit, ...parts: readonly string[]) {
    const key = keyOf(kind, parts)
    return { failures, add: (amount: number) => store.add(key, amount, window) }
  }

  /**
   * A place that an account has signed in from. A counter's end cannot be moved, so there are two marks of twice the time:
   * once the first has run for half of it, the second is set beside it, and one of them always lasts long enough.
   */
  function knownPlace(...parts: readonly string[]) {
    const mark = (kind: string, amount: number) => store.add(keyOf(kind, parts), amount, 2 * knownFor)
    return {
      async isKnown() {
        const marks = await Promise.all([mark('known', 0), mark('known-later', 0)])
        return marks.some(({ count }) => count > 0)
      },
      async remember() {
        const { resetsIn } = await mark('known', 1)
        if (resetsIn < knownFor) await mark('known-later', 1)
      },
    }
  }
}

/** No word of the user's enters a key; JSON keeps parts apart that would run into one another. */
function keyOf(kind: string, parts: readonly string[]): string {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
  return `sign-in.${kind}.${digest}`
}

function checkLimit(name: string, { failures, window }: Limit): Limit {
  return { failures: wholeNumber(`${name}.failures`, failures), window: wholeNumber(`${name}.window`, window) }
}

function wholeNumber(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 1) return value
  throw new TypeError(`throttle.${name} must be a whole number, at least 1`)
}
