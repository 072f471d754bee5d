import { createHash } from 'node:crypto'
import { AnswerError } from '../answer-error.js'
import { checkOptionNames } from '../input/option-names.js'
import type { CounterStore } from '../store/store.js'
import { addressPrefix } from './address-prefix.js'

/** A number of failed attempts within a number of seconds, counted from the first of them. */
export interface Limit {
  /** How many attempts may fail. */
  readonly failures: number
  /** Seconds. */
  readonly window: number
}

/** A number of requests within a number of seconds, counted from the first of them. */
export interface RequestLimit {
  /** How many requests are allowed. */
  readonly requests: number
  /** Seconds. */
  readonly window: number
}

/**
 * An address prefix is all of an IPv4 address, or the first 64 bits of an IPv6 address. Requests whose address is missing or
 * cannot be read count together, as if they came from one address.
 */
export interface ThrottleOptions {
  /** For one account from one address prefix. Default 10 in 15 minutes. */
  readonly accountAtAddress?: Limit
  /**
   * For one account from all addresses together, except those from which it has signed in before: an attacker elsewhere
   * cannot lock people out at their usual address. Default 100 in an hour.
   */
  readonly account?: Limit
  /** For one address prefix, over all accounts. Default 100 in 15 minutes. */
  readonly address?: Limit
  /** Registrations from one address prefix, successful ones included. Default 20 in an hour. */
  readonly registration?: RequestLimit
  /**
   * Minimum number of seconds that an address prefix stays known after a sign-in. It is forgotten after twice as long. Default
   * 30 days.
   */
  readonly knownFor?: number
}

/** An attempt to sign in, or to change a password. */
export interface AttemptedSignIn {
  readonly tenant: string
  /** Names the account that is tried, whether or not there is one; at a change of the password, the session that tries. */
  readonly usernameKey: string
  /** The network address of the client. Null, or what is no address, stands for one address that all such clients share. */
  readonly address: string | null
}

/** An attempt that was admitted. It counts as failed until one of these is called. */
export interface Attempt {
  /**
   * Failed attempts before this one that count at this moment: the highest number of those of the account, of the address and
   * of the account at the address.
   */
  readonly failures: number
  /** The password was right: the attempt no longer counts, and the address is known from now on. */
  succeeded(): Promise<void>
  /** The attempt no longer counts, and the address stays as it is: the password was not checked (503 and the like). */
  withdraw(): Promise<void>
}

export interface Throttle {
  /**
   * Counts an attempt before its password is checked, so that attempts side by side cannot slip through together.
   *
   * @throws AnswerError `too_many_attempts` with Retry-After, the same for accounts that exist and those that do not.
   */
  admit(signIn: AttemptedSignIn): Promise<Attempt>
  /**
   * Counts a registration before its password is hashed. Its `failures` are the registrations before it, successful ones included.
   *
   * @throws AnswerError `too_many_requests` with Retry-After.
   */
  admitRegistration(address: string | null): Promise<Omit<Attempt, 'succeeded'>>
}

const known: Readonly<Record<keyof ThrottleOptions, true>> = {
  accountAtAddress: true,
  account: true,
  address: true,
  registration: true,
  knownFor: true,
}

/** In the place of an address prefix where there is none. No prefix reads like this. */
const unknownAddress = 'unknown'

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
  const accountAtAddress = failureLimit('accountAtAddress', options.accountAtAddress, 10, 15 * minute)
  const account = failureLimit('account', options.account, 100, hour)
  const address = failureLimit('address', options.address, 100, 15 * minute)
  const registration = requestLimit('registration', options.registration, 20, hour)
  const knownFor = wholeNumber('knownFor', options.knownFor ?? 30 * day)

  return {
    async admit({ tenant, usernameKey, address: from }) {
      const prefix = prefixOf(from)
      const own = counterOf('account', account, tenant, usernameKey)
      // What strangers share is no place of a person.
      const known = prefix === unknownAddress ? null : knownPlace(tenant, usernameKey, prefix)
      // From the narrowest to the widest, one after the other: an attempt that a narrow limit refuses does not count in the
      // wide ones, so that a flood from one place cannot use up what others need.
      const counters = [
        counterOf('account-at-address', accountAtAddress, tenant, usernameKey, prefix),
        counterOf('address', address, prefix),
        own,
      ]

      let failures = 0
      const counted: typeof counters = []
      const refund = () => Promise.all(counted.map((counter) => counter.add(-1)))
      for (const counter of counters) {
        const { count, resetsIn } = await counter.add(1)
        if (count > counter.maximum && !(counter === own && (await known?.isKnown()))) {
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
          if (!settled) await Promise.all([withdraw(), known?.remember()])
        },
      }
    },

    async admitRegistration(from) {
      const counter = counterOf('registration', registration, prefixOf(from))
      const { count, resetsIn } = await counter.add(1)
      if (count > counter.maximum) {
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

  function counterOf(kind: string, { maximum, window }: CheckedLimit, ...parts: readonly string[]) {
    const key = keyOf(kind, parts)
    return { maximum, add: (amount: number) => store.add(key, amount, window) }
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

/** What a user typed never enters a key. JSON keeps apart parts that would otherwise run into one another. */
function keyOf(kind: string, parts: readonly string[]): string {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
  return `sign-in.${kind}.${digest}`
}

function prefixOf(address: string | null): string {
  return (address === null ? null : addressPrefix(address)) ?? unknownAddress
}

interface CheckedLimit {
  readonly maximum: number
  readonly window: number
}

function failureLimit(name: string, limit: Limit | undefined, failures: number, window: number): CheckedLimit {
  const given = limit ?? { failures, window }
  return {
    maximum: wholeNumber(`${name}.failures`, given.failures),
    window: wholeNumber(`${name}.window`, given.window),
  }
}

function requestLimit(name: string, limit: RequestLimit | undefined, requests: number, window: number): CheckedLimit {
  const given = limit ?? { requests, window }
  return {
    maximum: wholeNumber(`${name}.requests`, given.requests),
    window: wholeNumber(`${name}.window`, given.window),
  }
}

function wholeNumber(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 1) return value
  throw new TypeError(`throttle.${name} must be a whole number, at least 1`)
}
