import { checkOptionNames } from '../input/option-names.js'

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

/** A limit of either kind, after validation. */
export interface CounterLimit {
  readonly max: number
  /** Seconds. */
  readonly window: number
}

/** The option `throttle` after validation. */
export interface ThrottleLimits {
  readonly accountAtAddress: CounterLimit
  readonly account: CounterLimit
  readonly address: CounterLimit
  readonly registration: CounterLimit
  /** Seconds. */
  readonly knownFor: number
}

const optionNames: Readonly<Record<keyof ThrottleOptions, true>> = {
  accountAtAddress: true,
  account: true,
  address: true,
  registration: true,
  knownFor: true,
}

const minute = 60
const hour = 60 * minute
const day = 24 * hour

/** @throws TypeError that names the option. */
export function readThrottleOptions(options: ThrottleOptions): ThrottleLimits {
  checkOptionNames('throttle', options, optionNames)
  return {
    accountAtAddress: failureLimit('accountAtAddress', options.accountAtAddress, 10, 15 * minute),
    account: failureLimit('account', options.account, 100, hour),
    address: failureLimit('address', options.address, 100, 15 * minute),
    registration: requestLimit('registration', options.registration, 20, hour),
    knownFor: wholeNumber('knownFor', options.knownFor ?? 30 * day),
  }
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
