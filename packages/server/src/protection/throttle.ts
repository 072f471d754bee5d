import { createHash } from 'node:crypto'
import { AnswerError } from '../answer-error.js'
import { checkOptionNames } from '../input/option-names.js'
import type { CounterStore } from '../store/store.js'
import { addressPrefix } from './address-prefix.js'

/** A maximum number of failed attempts within a window that starts with the first of them. */
export interface Limit {
  /** How many attempts may fail. */
  readonly failures: number
  /** Seconds. */
  readonly window: number
}

/** A maximum number of requests within a window that starts with the first of them. */
export interface RequestLimit {
  /** How many requests are allowed. */
  readonly requests: number
  /** Seconds. */
  readonly window: number
}

/**
 * An address prefix is all of an IPv4 address, or the first 64 bits of an IPv6 address. Requests with a missing or unreadable address
 * count as one address.
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
   * Minimum number of seconds that an address prefix stays known to an account after a sign-in; the maximum is twice as long. Default
   * 30 days.
   */
  readonly knownFor?: number
}

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

const optionNames: Readonly<Record<keyof ThrottleOptions, true>> = {
  accountAtAddress: true,
  account: true,
  address: true,
  registration: true,
  knownFor: true,
}

/** Replaces a missing address prefix, and never equals a prefix. */
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
  checkOptionNames('throttle', options, optionNames)
  const accountAtAddress = failureLimit('accountAtAddress', options.accountAtAddress, 10, 15 * minute)
  const account = failureLimit('account', options.account, 100, hour)
  const address = failureLimit('address', options.address, 100, 15 * minute)
  const registration = requestLimit('registration', options.registration, 20, hour)
  const knownFor = wholeNumber('knownFor', options.knownFor ?? 30 * day)

  return {
    async admit({ tenant, usernameKey, address: from }) {
      const prefix = prefixOf(from)
      const accountCounter = counterOf('account', account, tenant, usernameKey)
      // The placeholder that strangers share never becomes a known address.
      const knownFrom = prefix === unknownAddress ? null : knownAddress(tenant, usernameKey, prefix)
      // Sequentially from the narrowest limit to the widest: an attempt that a narrow limit refuses does not count in the wide ones, so
      // that a flood from one address cannot use up the attempts of others.
      const counters = [
        counterOf('account-at-address', accountAtAddress, tenant, usernameKey, prefix),
        counterOf('address', address, prefix),
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
      const counter = counterOf('registration', registration, prefixOf(from))
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

  function counterOf(kind: string, { max, window }: CounterLimit, ...parts: readonly string[]) {
    const key = keyOf(kind, parts)
    return { max, add: (amount: number) => store.add(key, amount, window) }
  }

  /**
   * Whether an account has signed in from an address. The expiry of a counter cannot be extended, so two counters with twice the
   * time overlap: when half of the first has passed, the second is started.
   */
  function knownAddress(...parts: readonly string[]) {
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

/** Hashed, because keys must not contain user input. JSON separates the parts unambiguously. */
function keyOf(kind: string, parts: readonly string[]): string {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
  return `sign-in.${kind}.${digest}`
}

function prefixOf(address: string | null): string {
  return (address === null ? null : addressPrefix(address)) ?? unknownAddress
}

interface CounterLimit {
  readonly max: number
  readonly window: number
}

function failureLimit(name: string, limit: Limit | undefined, failures: number, window: number): CounterLimit {
  const values = limit ?? { failures, window }
  return {
    max: wholeNumber(`${name}.failures`, values.failures),
    window: wholeNumber(`${name}.window`, values.window),
  }
}

function requestLimit(name: string, limit: RequestLimit | undefined, requests: number, window: number): CounterLimit {
  const values = limit ?? { requests, window }
  return {
    max: wholeNumber(`${name}.requests`, values.requests),
    window: wholeNumber(`${name}.window`, values.window),
  }
}

function wholeNumber(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 1) return value
  throw new TypeError(`throttle.${name} must be a whole number, at least 1`)
}
