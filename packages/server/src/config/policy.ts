import { checkOptionNames } from '../input/option-names.js'
import type { AuthServerOptions } from '../options.js'
import type { SessionPolicy } from '../session/session-limit.js'
import { oneOf } from './values.js'

export function readPolicy(policy: AuthServerOptions['policy']): SessionPolicy | undefined {
  if (policy === undefined) return undefined
  checkOptionNames('policy', policy, { maxSessions: true, per: true, onExceed: true })
  const { maxSessions, per = 'subject', onExceed = 'replace' } = policy
  if (!Number.isSafeInteger(maxSessions) || maxSessions < 1)
    throw new TypeError('policy.maxSessions must be a whole number, at least 1')
  return {
    maxSessions,
    per: oneOf('policy.per', per, ['subject', 'device class']),
    onExceed: oneOf('policy.onExceed', onExceed, ['replace', 'refuse']),
  }
}
