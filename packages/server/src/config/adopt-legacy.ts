import type { Logger } from '@sessionward/protocol'
import { checkOptionNames } from '../input/option-names.js'
import type { LegacyRules } from '../legacy/identity.js'
import type { AuthServerOptions } from '../options.js'
import { isFunction } from './values.js'

const day = 86_400_000

/** @throws TypeError that names the option and what was expected */
export function readAdoptLegacy(options: AuthServerOptions['adoptLegacy']): LegacyRules | undefined {
  if (options === undefined) return undefined
  checkOptionNames('adoptLegacy', options, { until: true, cookie: true, identify: true, share: true })
  const { until, cookie = null, identify, share = 1 } = options
  const end = readDay(until) + day
  if (cookie !== null && (typeof cookie !== 'string' || !/^[\w!#$%&'*+.^`|~-]+$/.test(cookie))) {
    throw new TypeError('adoptLegacy.cookie must be the name of a cookie, such as refresh_token')
  }
  if (!isFunction(identify)) {
    throw new TypeError('adoptLegacy.identify must be a function that returns { subject, issuedAt } or null')
  }
  if (typeof share !== 'number' || !(share >= 0 && share <= 1)) {
    throw new TypeError('adoptLegacy.share must be a number from 0 to 1, such as 0.1 for ten percent')
  }
  return { until, end, cookie, identify, share }
}

function readDay(until: unknown): number {
  const start = typeof until === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(until) ? Date.parse(until) : Number.NaN
  // Date.parse accepts 31 February as a day in March.
  if (Number.isNaN(start) || !new Date(start).toISOString().startsWith(until as string)) {
    throw new TypeError(
      "adoptLegacy.until must be the last day on which old tokens are taken over, such as '2027-03-31': without an end they would be accepted for ever",
    )
  }
  return start
}

/** Logs at start-up how many days are left. */
export function warnOfAdoptLegacy({ end, until }: LegacyRules, now: number, logger: Pick<Logger, 'warn'>): void {
  const days = Math.ceil((end - now) / day)
  logger.warn(
    days > 0
      ? `old tokens become sessions until ${until}, which is ${days} more day${days === 1 ? '' : 's'}; figures().legacy_adopted counts them`
      : `old tokens no longer become sessions since ${until} is over: remove the option adoptLegacy`,
  )
}
