import { accessTokenType, signatureAlgorithms } from '@sessionward/protocol'
import type { Config } from '../config.js'
import { checkOptionNames } from '../input/option-names.js'
import { readSecrets } from '../keys/secrets.js'
import { readLogger } from '../logger.js'
import type { AuthServerOptions } from '../options.js'
import { kinds, type SessionKind } from '../session/kind.js'
import type { SessionKindName } from '../session/session.js'
import { readAdoptLegacy } from './adopt-legacy.js'
import { readAudience } from './audience.js'
import { readBefore, readCaptcha } from './captcha.js'
import { readClients } from './clients.js'
import { checkDirectoryOptions } from './directory.js'
import { readIssuer, readMode } from './issuer.js'
import { readLifetimes } from './lifetimes.js'
import { checkObjects } from './objects.js'
import { optionNames } from './option-names.js'
import { readOrigins } from './origins.js'
import { readAccessCookie, readPageVisits } from './page-visits.js'
import { readBasePath, readJournalPath } from './paths.js'
import { readPolicy } from './policy.js'
import { cookieSafe, listOf, oneOf } from './values.js'

/** @throws TypeError that names the option and what was expected, and never contains a secret. */
export function readConfig(options: AuthServerOptions): Config {
  if (typeof options !== 'object' || options === null)
    throw new TypeError('options must be an object with issuer and store')
  checkOptionNames('', options, optionNames)
  const issuer = readIssuer(options.issuer)
  const mode = readMode(options.mode, issuer)
  const secure = issuer.protocol === 'https:'
  const plainHttp = oneOf('allowPlainHttp', options.allowPlainHttp ?? false, [true, false])
  if (mode === 'production' && !secure && !plainHttp) {
    throw new TypeError(
      'issuer must begin with https:// in production; set allowPlainHttp: true only for an intranet without certificates',
    )
  }
  checkObjects(options)
  const origins = readOrigins(options.origins, mode === 'production' && !plainHttp)
  checkDirectoryOptions(options)
  const interop = oneOf('interop', options.interop, ['rs256', undefined])
  const kind = kinds[oneOf('sessionKind', options.sessionKind ?? 'rotating', Object.keys(kinds) as SessionKindName[])]
  const secrets = readSecrets(options.secrets, mode, options.dataFolder ?? 'data')
  const allOrigins = new Set([issuer.origin, ...origins])
  return {
    issuer,
    iss: options.issuer,
    secure,
    store: options.store,
    cache: options.cache,
    secrets,
    origins: allOrigins,
    basePath: readBasePath(options.basePath),
    audience: readAudience(options.audience, options.issuer),
    clientId: cookieSafe('clientId', options.clientId ?? 'default'),
    clients: readClients(options.clients),
    algorithm: interop ? 'RS256' : oneOf('algorithm', options.algorithm ?? 'ES256', signatureAlgorithms),
    signingKey: options.signingKey ?? null,
    tokenType: interop ? 'JWT' : accessTokenType,
    lifetimes: readLifetimes(options.lifetimes, kind),
    policy: readPolicy(options.policy),
    place: options.place,
    registration: oneOf('registration', options.registration ?? (mode === 'production' ? 'closed' : 'open'), [
      'open',
      'closed',
    ]),
    registrationFields: new Set(listOf('registrationFields', options.registrationFields).map(readField)),
    captcha: readCaptcha(options.captcha, { mode, issuer: options.issuer, secrets }),
    before: readBefore(options.before),
    kind,
    confirmation: readConfirmation(options.confirmation, kind),
    recovery: oneOf('recovery', options.recovery ?? false, [true, false]),
    journal: readJournalPath(options.journal),
    legacy: readAdoptLegacy(options.adoptLegacy),
    cookieName: cookieSafe('cookieName', options.cookieName ?? 'sessionward'),
    accessCookie: readAccessCookie(options.accessCookie, issuer),
    pageVisits: readPageVisits(options, issuer, allOrigins),
    envelope: options.envelope,
    logger: readLogger(options.logger),
  }
}

function readConfirmation(given: AuthServerOptions['confirmation'], { exchange }: SessionKind): Config['confirmation'] {
  const read = oneOf('confirmation', given ?? 'on-use', ['on-use', 'strict'])
  if (read === 'strict' && exchange === 'same token') {
    throw new TypeError("confirmation: 'strict' has no meaning with sessionKind: 'fixed': its token is never rotated")
  }
  return read
}

function readField(field: string, index: number): string {
  if (typeof field !== 'string' || field === '' || field in {}) {
    throw new TypeError(`registrationFields[${index}] must be the name of a profile field`)
  }
  return field
}
