import type { Logger } from '@sessionward/protocol'
import { checkOptionNames } from '../input/option-names.js'
import type { AuthServerOptions } from '../options.js'
import { maxAccessTokenLifetime } from '../revocation/retention.js'
import type { SessionKind } from '../session/kind.js'
import { type Lifetimes, presets } from '../session/lifetime.js'

/** Default access-token lifetime of sliding sessions in seconds: the default maximum of guards. */
const slidingLifetime = 3600

/** Default lifetime of fixed sessions in seconds. */
const fixedLifetime = 30 * 24 * 3600

export function readLifetimes(given: AuthServerOptions['lifetimes'], { name }: SessionKind): Lifetimes {
  switch (name) {
    case 'rotating':
      return readGivenLifetimes(given, presets.default)
    case 'sliding':
      return readSlidingLifetimes(given)
    case 'fixed':
      return readFixedLifetimes(given)
  }
}

function refuseIdle(given: AuthServerOptions['lifetimes'], why: string): void {
  if (typeof given !== 'object' || given === null || !('idle' in given)) return
  throw new TypeError(`lifetimes.idle has no meaning with sessionKind: ${why}`)
}

function readFixedLifetimes(given: AuthServerOptions['lifetimes']): Lifetimes {
  refuseIdle(given, "'fixed': use does not renew a session; set lifetimes.absolute")
  const read = readGivenLifetimes(given, { ...presets.default, absolute: fixedLifetime, idle: 1 })
  const absolute = given === 'default' ? fixedLifetime : read.absolute
  return { ...read, absolute, idle: absolute }
}

function readSlidingLifetimes(given: AuthServerOptions['lifetimes']): Lifetimes {
  refuseIdle(given, "'sliding': a session idles out when its token expires; set lifetimes.accessToken")
  const read = readGivenLifetimes(given, { ...presets.default, accessToken: slidingLifetime, idle: 1 })
  const accessToken = typeof given === 'string' ? slidingLifetime : read.accessToken
  return { ...read, accessToken, idle: accessToken }
}

function readGivenLifetimes(lifetimes: AuthServerOptions['lifetimes'] = {}, defaults: Lifetimes): Lifetimes {
  if (typeof lifetimes === 'string') {
    if (!Object.hasOwn(presets, lifetimes))
      throw new TypeError(
        'lifetimes must be "default", "strict" or an object with seconds, such as { accessToken: 300 }',
      )
    return presets[lifetimes]
  }
  if (typeof lifetimes !== 'object' || lifetimes === null) {
    throw new TypeError('lifetimes must be "default", "strict" or an object with seconds, such as { accessToken: 300 }')
  }
  checkOptionNames('lifetimes', lifetimes, { accessToken: true, idle: true, absolute: true })
  const read: Lifetimes = { ...defaults, ...lifetimes }
  for (const [name, seconds] of Object.entries(read)) {
    if (!Number.isInteger(seconds) || seconds < 1)
      throw new TypeError(`lifetimes.${name} must be a whole number of seconds, at least 1`)
  }
  if (read.accessToken > maxAccessTokenLifetime)
    throw new TypeError(
      `lifetimes.accessToken must be at most ${maxAccessTokenLifetime} seconds: guards refuse tokens with a longer lifetime`,
    )
  if (read.idle > read.absolute) throw new TypeError('lifetimes.idle must not be longer than lifetimes.absolute')
  if (read.accessToken > read.absolute)
    throw new TypeError('lifetimes.accessToken must not be longer than lifetimes.absolute')
  return read
}

/** The default `maxLifetime` of guards, in seconds. */
const guardMaxLifetime = 3600

/** Warns the operator, because guards with a lower `maxLifetime` refuse every token. */
export function warnOfLongTokens(accessToken: number, logger: Logger): void {
  if (accessToken <= guardMaxLifetime) return
  logger.warn(
    `lifetimes.accessToken is ${accessToken} seconds, and guards refuse tokens that live longer than ${guardMaxLifetime}: ` +
      `write createGuard({ ..., maxLifetime: ${accessToken} }) in every guard`,
  )
}
