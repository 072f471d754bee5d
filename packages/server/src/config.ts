import {
  accessTokenType,
  type Envelope,
  type Logger,
  type SignatureAlgorithm,
  signatureAlgorithms,
} from '@sessionward/protocol'
import { howToMake, readSecrets, requirePresent, type Secrets, strongSecret } from './keys/secrets.js'
import { readLogger } from './logger.js'
import { checkOptionNames } from './option-names.js'
import type { AuthServerOptions } from './options.js'
import { type AccessCookieScheme, type PageVisits, readAccessCookie, readPageVisits } from './page-visits.js'
import type { Cache } from './profiles/cache/cache.js'
import { kinds, type SessionKind } from './session/kind.js'
import { type Lifetimes, presets, type SessionPolicy } from './session/policy.js'
import type { Store } from './store/store.js'
import type { TokenType } from './tokens/sign-access-token.js'

/** The options, checked and with every default filled in. */
export interface Config {
  readonly issuer: URL
  /** Exactly as configured, for `iss`. */
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
  readonly registration: 'open' | 'closed'
  readonly registrationFields: ReadonlySet<string>
  readonly kind: SessionKind
  readonly confirmation: 'on-use' | 'strict'
  readonly recovery: boolean
  readonly journal: string | null
  readonly cookieName: string
  readonly accessCookie: AccessCookieScheme | undefined
  readonly pageVisits: PageVisits | undefined
  readonly envelope: Envelope | undefined
  readonly logger: Logger
}

const cookieSafePattern = /^[A-Za-z0-9_-]{1,32}$/

const known: Readonly<Record<keyof AuthServerOptions, true>> = {
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
  registration: true,
  registrationFields: true,
  directory: true,
  cache: true,
  accounts: true,
  passwords: true,
  throttle: true,
  sessionKind: true,
  confirmation: true,
  recovery: true,
  journal: true,
  cookieName: true,
  accessCookie: true,
  signInUrl: true,
  returnOrigins: true,
  allowPlainHttp: true,
  envelope: true,
  logger: true,
  dataFolder: true,
}

/** A day; the guard's own limit. */
const longestAccessTokenLifetime = 86_400

/** Seconds, of a single token: as long as guards accept unless they are told otherwise. */
const slidingLifetime = 3600

/** @throws TypeError that names the option and what was expected, and never holds a secret. */
export function readOptions(options: AuthServerOptions): Config {
  if (typeof options !== 'object' || options === null)
    throw new TypeError('options must be an object with issuer and store')
  checkOptionNames('', options, known)
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
  const { directory } = options
  if (directory !== undefined && (!isFunction(directory?.authenticate) || !isFunction(directory.profile))) {
    throw new TypeError('directory must have the functions authenticate and profile')
  }
  for (const name of ['register', 'changePassword', 'canonicalUsername'] as const) {
    if (directory?.[name] !== undefined && !isFunction(directory[name])) {
      throw new TypeError(`directory.${name} must be a function or be omitted`)
    }
  }
  if (directory && options.accounts) {
    throw new TypeError('accounts configures the built-in directory: omit it when directory is given')
  }
  if (options.cache !== undefined && !isFunction(options.cache?.profiles?.look)) {
    throw new TypeError('cache must be a cache such as redisCache(client)')
  }
  if (options.envelope !== undefined && !isFunction(options.envelope?.wrap)) {
    throw new TypeError('envelope must be made by envelope({ ok, codes })')
  }
  const interop = oneOf('interop', options.interop, ['rs256', undefined])
  const kind = kinds[oneOf('sessionKind', options.sessionKind ?? 'rotating', ['rotating', 'sliding'])]
  const allOrigins = new Set([issuer.origin, ...origins])
  return {
    issuer,
    iss: options.issuer,
    secure,
    store: options.store,
    cache: options.cache,
    secrets: readSecrets(options.secrets, mode, options.dataFolder ?? 'data'),
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
    registration: oneOf('registration', options.registration ?? (mode === 'production' ? 'closed' : 'open'), [
      'open',
      'closed',
    ]),
    registrationFields: new Set(listOf('registrationFields', options.registrationFields).map(readField)),
    kind,
    confirmation: oneOf('confirmation', options.confirmation ?? 'on-use', ['on-use', 'strict']),
    recovery: oneOf('recovery', options.recovery ?? false, [true, false]),
    journal: readJournalPath(options.journal),
    cookieName: cookieSafe('cookieName', options.cookieName ?? 'sessionward'),
    accessCookie: readAccessCookie(options.accessCookie, issuer),
    pageVisits: readPageVisits(options, issuer, allOrigins),
    envelope: options.envelope,
    logger: readLogger(options.logger),
  }
}

const issuerExpected = 'issuer must be a URL such as https://auth.example.com or http://localhost:4000'

function readIssuer(issuer: string): URL {
  // A URL forgives white space that a comparison of `iss` does not.
  if (typeof issuer !== 'string' || /\s/.test(issuer) || !URL.canParse(issuer)) {
    throw new TypeError(issuerExpected)
  }
  const url = new URL(issuer)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new TypeError(issuerExpected)
  if (/[?#]/.test(issuer) || url.username || url.password) {
    throw new TypeError('issuer must have no query, fragment or credentials (RFC 8414 section 2)')
  }
  if (issuer.endsWith('/')) throw new TypeError('issuer must not end with a slash')
  return url
}

function readMode(mode: AuthServerOptions['mode'], issuer: URL): 'production' | 'development' {
  if (mode !== undefined) return oneOf('mode', mode, ['production', 'development'])
  if (process.env.NODE_ENV === 'production') return 'production'
  if (isLoopback(issuer.hostname)) return 'development'
  throw new TypeError(
    `mode is missing: ${issuer.hostname} is not this machine; set mode: 'production' (or NODE_ENV=production), or mode: 'development' if you mean that`,
  )
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost') || /^127\./.test(hostname) || hostname === '[::1]'
}

/**
 * Reads one of `origins`: http(s), or the scheme of an application. The message names the position and not the value: people
 * paste URLs with passwords in them.
 */
function readOrigin(origin: string, index: number): string {
  if (origin === 'null') {
    throw new TypeError(
      `origins[${index}] must not be "null": every sandboxed page and every file has that origin; serve the page over http or an application's own scheme`,
    )
  }
  if (typeof origin === 'string' && origin.includes('*')) {
    throw new TypeError(
      `origins[${index}] must not be a pattern: anyone with a page that matches could use the sessions of your users; list each origin, or serve previews under one host name`,
    )
  }
  if (typeof origin !== 'string' || !isOrigin(origin)) {
    throw new TypeError(
      `origins[${index}] must consist of scheme, host and port only, such as https://app.example.com or capacitor://localhost`,
    )
  }
  return origin
}

/** Whether a string is an origin that `origins` may list. */
export function isOrigin(origin: string): boolean {
  return isWebOrigin(origin) || isApplicationOrigin(origin)
}

function isWebOrigin(origin: string): boolean {
  return /^https?:/.test(origin) && URL.canParse(origin) && new URL(origin).origin === origin
}

/**
 * `capacitor://localhost`, `tauri://localhost`, `chrome-extension://<id>`: the origin that pages of an application send. A URL
 * parser gives them none (URL section 4.7), so the string itself is checked.
 */
function isApplicationOrigin(origin: string): boolean {
  const [, scheme = ''] =
    /^([a-z][a-z0-9+.-]*):\/\/[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[1-9][0-9]{0,4})?$/.exec(origin) ?? []
  return scheme !== '' && !notApplications.has(scheme)
}

/** Schemes of the web, of which only http and https have pages with an origin of their own. */
const notApplications: ReadonlySet<string> = new Set([
  'http',
  'https',
  'ws',
  'wss',
  'ftp',
  'file',
  'data',
  'blob',
  'about',
  'javascript',
])

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}

function readField(field: string, index: number): string {
  if (typeof field !== 'string' || field === '' || field in {}) {
    throw new TypeError(`registrationFields[${index}] must be the name of a profile field`)
  }
  return field
}

function listOf<T>(option: string, list: readonly T[] = []): readonly T[] {
  if (!Array.isArray(list)) throw new TypeError(`${option} must be a list`)
  return list
}

function readBasePath(path = '/auth'): string {
  // A URL takes dot segments away, so such a path would never be met.
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

function readClients(clients: AuthServerOptions['clients']): ReadonlyMap<string, string> {
  const read = new Map<string, string>()
  for (const [index, client] of listOf('clients', clients).entries()) {
    const id = cookieSafe(`clients[${index}].id`, client?.id)
    if (read.has(id)) throw new TypeError(`clients[${index}].id appears twice`)
    requirePresent(client.secret, `clients[${index}].secret`, howToMake)
    if (typeof client.secret !== 'string') throw new TypeError(`clients[${index}].secret must be a string`)
    strongSecret(client.secret, `clients[${index}].secret`)
    read.set(id, client.secret)
  }
  return read
}

function readLifetimes(given: AuthServerOptions['lifetimes'], { name }: SessionKind): Lifetimes {
  return name === 'sliding' ? readSlidingLifetimes(given) : readGivenLifetimes(given, presets.default)
}

function readSlidingLifetimes(given: AuthServerOptions['lifetimes']): Lifetimes {
  if (typeof given === 'object' && given !== null && 'idle' in given) {
    throw new TypeError(
      "lifetimes.idle has no meaning with sessionKind: 'sliding': a session idles out when its token expires; set lifetimes.accessToken",
    )
  }
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
  if (read.accessToken > longestAccessTokenLifetime)
    throw new TypeError(
      `lifetimes.accessToken must be at most ${longestAccessTokenLifetime} seconds: guards refuse tokens with a longer lifetime`,
    )
  if (read.idle > read.absolute) throw new TypeError('lifetimes.idle must not be longer than lifetimes.absolute')
  if (read.accessToken > read.absolute)
    throw new TypeError('lifetimes.accessToken must not be longer than lifetimes.absolute')
  return read
}

function readPolicy(policy: AuthServerOptions['policy']): SessionPolicy | undefined {
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

/** A value that may be part of a cookie name, such as a client id. @throws TypeError that names the option. */
export function cookieSafe(option: string, value: string): string {
  if (typeof value !== 'string' || !cookieSafePattern.test(value))
    throw new TypeError(`${option} must be 1 to 32 letters, digits, "-" or "_": it becomes part of a cookie name`)
  return value
}

function oneOf<const T>(option: string, value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value
  throw new TypeError(`${option} must be one of ${allowed.filter((one) => one !== undefined).join(', ')}`)
}
