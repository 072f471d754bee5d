import {
  accessTokenType,
  type Envelope,
  isLoopback,
  type Logger,
  type SignatureAlgorithm,
  signatureAlgorithms,
} from '@sessionward/protocol'
import { readAdoptLegacy } from './config/adopt-legacy.js'
import { readBefore, readCaptcha } from './config/captcha.js'
import { readClients } from './config/clients.js'
import { checkDirectoryOptions } from './config/directory.js'
import { readIssuer, readMode } from './config/issuer.js'
import { readLifetimes } from './config/lifetimes.js'
import { readOrigin } from './config/origins.js'
import { type AccessCookieScheme, type PageVisits, readAccessCookie, readPageVisits } from './config/page-visits.js'
import { readPolicy } from './config/policy.js'
import { cookieSafe, isFunction, listOf, oneOf } from './config/values.js'
import { checkOptionNames } from './input/option-names.js'
import { readSecrets, type Secrets } from './keys/secrets.js'
import type { LegacyRules } from './legacy/identity.js'
import { readLogger } from './logger.js'
import type { AuthServerOptions, PlaceOf } from './options.js'
import type { Cache } from './profiles/cache/cache.js'
import type { CaptchaRule } from './protection/attempt-checks.js'
import type { BeforeHooks } from './protection/before-hooks.js'
import { kinds, type SessionKind } from './session/kind.js'
import type { Lifetimes } from './session/lifetime.js'
import type { SessionKindName } from './session/session.js'
import type { SessionPolicy } from './session/session-limit.js'
import type { Store } from './store/store.js'
import type { TokenType } from './tokens/sign-access-token.js'

/** The options, checked and with every default filled in. */
export interface Config {
  readonly issuer: URL
  /** The option `issuer` exactly as configured, for the claim `iss`. */
  readonly iss: string
  readonly secure: boolean
  readonly store: Store
  readonly cache: Cache | undefined
  readonly secrets: Secrets
  readonly origins: ReadonlySet<string>
  readonly basePath: string
  readonly audience: string | readonly string[]
  readonly clientId: string
  readonly clients: ReadonlyMap<string, string>
  readonly algorithm: SignatureAlgorithm
  readonly signingKey: string | readonly string[] | null
  readonly tokenType: TokenType
  readonly lifetimes: Lifetimes
  readonly policy: SessionPolicy | undefined
  readonly place: PlaceOf | undefined
  readonly registration: 'open' | 'closed'
  readonly registrationFields: ReadonlySet<string>
  readonly captcha: CaptchaRule | undefined
  readonly before: BeforeHooks
  readonly kind: SessionKind
  readonly confirmation: 'on-use' | 'strict'
  readonly recovery: boolean
  readonly journal: string | null
  readonly legacy: LegacyRules | undefined
  readonly cookieName: string
  readonly accessCookie: AccessCookieScheme | undefined
  readonly pageVisits: PageVisits | undefined
  readonly envelope: Envelope | undefined
  readonly logger: Logger
}

const optionNames: Readonly<Record<keyof AuthServerOptions, true>> = {
  issuer: true,
  store: true,
  secrets: true,
  origins: true,
  mode: true,
  basePath: true,
  audience: true,
  clientId: true,
  clients: true,
  algorithm: true,
  signingKey: true,
  interop: true,
  lifetimes: true,
  policy: true,
  place: true,
  registration: true,
  registrationFields: true,
  directory: true,
  cache: true,
  accounts: true,
  passwords: true,
  throttle: true,
  captcha: true,
  before: true,
  sessionKind: true,
  confirmation: true,
  recovery: true,
  journal: true,
  adoptLegacy: true,
  cookieName: true,
  accessCookie: true,
  signInUrl: true,
  returnOrigins: true,
  allowPlainHttp: true,
  envelope: true,
  logger: true,
  dataFolder: true,
}

/** @throws TypeError that names the option and what was expected, and never contains a secret. */
export function readOptions(options: AuthServerOptions): Config {
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
  if (!options.store?.sessions) {
    const found = options.store === undefined || options.store === null ? 'missing' : 'not a store'
    throw new TypeError(`store is ${found}: expected one such as sqliteStore('data/auth.db')`)
  }
  const origins = listOf('origins', options.origins).map(readOrigin)
  const plain = origins.find((origin) => origin.startsWith('http:') && !isLoopback(new URL(origin).hostname))
  if (mode === 'production' && plain && !plainHttp) {
    throw new TypeError(`origins[${origins.indexOf(plain)}] must be https in production`)
  }
  checkDirectoryOptions(options)
  if (options.cache !== undefined && !isFunction(options.cache?.profiles?.get)) {
    throw new TypeError('cache must be a cache such as redisCache(client)')
  }
  if (options.envelope !== undefined && !isFunction(options.envelope?.wrap)) {
    throw new TypeError('envelope must be made by envelope({ ok, codes })')
  }
  if (options.place !== undefined && !isFunction(options.place)) {
    throw new TypeError('place must be a function that returns the place of a network address')
  }
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

function readBasePath(path = '/auth'): string {
  // URL parsing removes dot segments, so such a path would never match.
  if (typeof path !== 'string' || !/^(\/(?!\.{1,2}(\/|$))[A-Za-z0-9._~-]+)+$/.test(path))
    throw new TypeError('basePath must be a path such as /auth, without a trailing slash')
  return path
}

function readJournalPath(path: string | undefined): string | null {
  if (path === undefined) return null
  if (typeof path !== 'string' || path === '') throw new TypeError('journal must be the path of a file')
  return path
}

function readAudience(audience: AuthServerOptions['audience'], issuer: string): string | readonly string[] {
  if (audience === undefined) return issuer
  const all = typeof audience === 'string' ? [audience] : audience
  if (!Array.isArray(all) || all.length === 0 || all.some((one) => typeof one !== 'string' || one === '')) {
    throw new TypeError('audience must be a non-empty string or a non-empty list of such strings')
  }
  return audience
}
