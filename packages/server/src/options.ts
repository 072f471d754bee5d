import type { CaptchaAction, Envelope, Logger, SignatureAlgorithm } from '@sessionward/protocol'
import type { AccountsOptions } from './accounts/accounts.js'
import type { PasswordsOptions } from './accounts/passwords.js'
import type { Directory } from './directory/directory.js'
import type { SecretsOptions } from './keys/secrets.js'
import type { AdoptLegacyOptions } from './legacy/identity.js'
import type { Cache } from './profiles/cache/cache.js'
import type { CaptchaCondition } from './protection/attempt-checks.js'
import type { BeforeHooks } from './protection/before-hooks.js'
import type { CaptchaProvider } from './protection/captcha/provider.js'
import type { ThrottleOptions } from './protection/throttle-limits.js'
import type { Lifetimes, presets } from './session/lifetime.js'
import type { SessionKindName } from './session/session.js'
import type { SessionPolicy } from './session/session-limit.js'
import type { Store } from './store/store.js'

/**
 * The cookie with the access token, for pages that the site's own server renders. Its path is `/`, like that of the page guard's
 * cookie: with different paths a browser would send two cookies, which are refused.
 */
export interface AccessCookieOptions {
  /**
   * Name of the cookie; the page guard's `cookie` must be the same. Default `__Host-access_token` with https and no `domain`, else
   * `access_token`.
   */
  readonly name?: string
  /**
   * Domain of the cookie, such as `example.com`, if pages and auth server have different host names of one site. Every host below that
   * domain then receives the access token, and can plant one of its own. Default: the auth server's host only.
   */
  readonly domain?: string
}

/** @returns the name of the place; undefined or null if unknown. */
export type PlaceOf = (address: string) => string | null | undefined | Promise<string | null | undefined>

/** A captcha before sign-in and registration over HTTP. Typed calls, such as `auth.sessions.signIn`, require none. */
export interface CaptchaOptions {
  /** Such as `altcha()`, `turnstile({ siteKey, secret, hosts })`, from `@sessionward/server/captcha`. */
  readonly provider: CaptchaProvider
  /**
   * `{ afterFailures: 3 }`: after 3 failed sign-ins of the account, or from the address, within the windows of `throttle`; for
   * registrations, after 3 from the address. A function decides for each attempt. Default `always`.
   */
  readonly when?: CaptchaCondition
  /** The actions that it protects. Default both. */
  readonly for?: readonly CaptchaAction[]
}

/** Options of `createAuthServer`. An unknown name is refused. */
export interface AuthServerOptions {
  /**
   * URL of the auth server, exactly as in `iss`: https (plain http in development), without query, fragment (RFC 8414
   * section 2) or trailing slash.
   */
  readonly issuer: string
  /** Stores sessions, accounts and keys, such as `sqliteStore('data/auth.db')`. */
  readonly store: Store
  /**
   * Required in production. In development, if both `refresh` and `seal` are missing, they are created and kept in
   * `dataFolder`, so `{ guards: [...] }` is enough.
   */
  readonly secrets?: SecretsOptions
  /**
   * Origins of the pages that may use this server with a cookie or across origins, such as `https://app.example.com`. Pages with an
   * application's own scheme (`capacitor://localhost`, `tauri://localhost`, `chrome-extension://<id>`) must use transport `body`,
   * because browsers store no cookies for them. Patterns and `null` are refused. The server's own origin is always allowed. Default:
   * none.
   */
  readonly origins?: readonly string[]
  /**
   * `production` refuses missing or weak secrets and plain http. Default: `production` if NODE_ENV is `production`, else
   * `development` if the issuer is on this machine. Required otherwise.
   */
  readonly mode?: 'production' | 'development'
  /** Path of the endpoints. Default `/auth`. */
  readonly basePath?: string
  /** `aud` of access tokens. Default: the issuer. */
  readonly audience?: string | readonly string[]
  /** `client_id` of sessions that do not name another. Letters, digits, `-` and `_`. Default `default`. */
  readonly clientId?: string
  /**
   * Confidential clients, which authenticate with HTTP Basic (RFC 6749 section 2.3.1). A refresh token in a body then requires the
   * secret of its client; a cookie does not, because a browser cannot keep a secret. Neither can an application on a device: give it
   * another client id with `auth.sessions.start({ clientId })`. Default: none.
   */
  readonly clients?: readonly { readonly id: string; readonly secret: string | undefined }[]
  /** Signature algorithm of access tokens. Default ES256. */
  readonly algorithm?: SignatureAlgorithm
  /**
   * A private key in PEM (PKCS #8, PKCS #1 or SEC 1), not encrypted, instead of the key ring in the store. You then rotate it yourself:
   * the first key of a list signs, and the others, private or public, are only published, so that guards accept the tokens that they
   * have signed or will sign. Publish a new key 11 minutes before it signs (guards read the key set every 10 minutes), and the old one
   * until its last access token has expired. Default: the key ring.
   */
  readonly signingKey?: string | readonly [signing: string, ...published: string[]]
  /**
   * `rs256`: RS256 and `typ: JWT`, for verifiers that support nothing newer. Such a token can be mistaken for an ID token of the same
   * issuer (RFC 8725 section 3.11). Default: `algorithm`, and `typ: at+jwt`.
   */
  readonly interop?: 'rs256'
  /**
   * A preset by name: `default` (access token 300 s, idle timeout 14 days, absolute timeout 90 days) or `strict` (300 s, 1 hour, 1
   * day); or seconds that override the default preset. Default: `default`. With sessionKind `sliding` an
   * access token has 3600 s unless you say otherwise, and `idle` is its lifetime: it cannot be set. With sessionKind `fixed`
   * `absolute` is 30 days unless you say otherwise, and there is no `idle`: use does not renew a session.
   */
  readonly lifetimes?: keyof typeof presets | Partial<Lifetimes>
  /**
   * Maximum number of active sessions of an account, and what a sign-in beyond that does. `per` is `subject` and `onExceed` is
   * `replace` by default. The clients of a tenant count together; scripts (device class `service`) count separately; a browser or
   * device that signs in again replaces its own session. Default: no maximum.
   */
  readonly policy?: Pick<SessionPolicy, 'maxSessions'> & Partial<SessionPolicy>
  /**
   * Returns the place of a network address, such as `Berlin, Germany`, for a person's own list of sessions. If it fails, the list has
   * no place. Default: none, and the list shows only the address.
   */
  readonly place?: PlaceOf
  /** Whether anyone can create an account. Default: `closed` in production, `open` in development. */
  readonly registration?: 'open' | 'closed'
  /** Profile fields that a person may fill in at registration. Default: none. */
  readonly registrationFields?: readonly string[]
  /** Your own users. Default: the built-in accounts, on the store. */
  readonly directory?: Directory
  /**
   * A cache of profiles that nodes share, such as `redisCache(client)`, so that not every refresh reads the directory. With
   * `directory`, call `profiles.changed` after each change of a profile. Default: none; each node then remembers built-in accounts in
   * memory, and with `directory` every refresh reads it.
   */
  readonly cache?: Cache
  /** Options of the built-in accounts. Default: those of each member. */
  readonly accounts?: AccountsOptions
  /** Resources of password hashing. Default: those of each member. */
  readonly passwords?: PasswordsOptions
  /** Limits for failed sign-ins and registrations. Default: those of each member. */
  readonly throttle?: ThrottleOptions
  /** A captcha before sign-in and registration. Default: none. */
  readonly captcha?: CaptchaOptions
  /**
   * The application's own checks before the password check, such as a code sent by SMS: `{ signIn(attempt), register(attempt) }`
   * receives the user name, further members of the request, headers and address, and may refuse with `{ code, message }`. Only over
   * HTTP. Default: none.
   */
  readonly before?: BeforeHooks
  /**
   * What clients exchange for their next tokens. `rotating`: a refresh token that rotates at each use. `sliding`: the access token
   * itself, before it expires; there is no other token, and it travels in the body: docs/single-token.md. `fixed`: a token that stays
   * the same for a month, so that a stolen copy is not detected: docs/identity-cookie.md. Prefer `rotating`, the default. A session
   * keeps the kind that it started with.
   */
  readonly sessionKind?: SessionKindName
  /**
   * `on-use` confirms a refresh token when it is first used, so that a lost answer does no harm. `strict` confirms it when it
   * is issued, for audits that require it: a lost answer then signs the person out. Not with sessionKind `fixed`.
   * Default `on-use`.
   */
  readonly confirmation?: 'on-use' | 'strict'
  /** Declares that the store was restored from a backup and may be behind its clients. Default false. */
  readonly recovery?: boolean
  /**
   * Path of a file outside the database to which every session end is appended. `sessionward restore-complete` ends those sessions again
   * after the database was restored from a backup. Each node needs its own file. Default: none.
   */
  readonly journal?: string
  /**
   * Turns tokens of another system into sessions until a given day, so that nobody is signed out when an application moves here:
   * docs/moving-in.md. Default: none.
   */
  readonly adoptLegacy?: AdoptLegacyOptions
  /**
   * First part of the cookie names. Cookies ignore ports: two auth servers on one host need different names. Default
   * `sessionward`.
   */
  readonly cookieName?: string
  /**
   * Sets the access token in a cookie beside the refresh cookie, for pages that the site's own server renders: HttpOnly,
   * SameSite=Lax, without an age. Sign-out clears it. Not with transport `body`. Default: none.
   */
  readonly accessCookie?: AccessCookieOptions
  /**
   * The sign-in page: a path on the auth server's origin, or a URL. It receives `return_to` and, if a session has ended, `reason`.
   * Together with `accessCookie` it enables GET {basePath}/continue. Default: none.
   */
  readonly signInUrl?: string
  /** Origins that `return_to` may name; a path leads to the origin of `signInUrl`. Default: `origins`. */
  readonly returnOrigins?: readonly string[]
  /** Allows plain http in production, for an intranet without certificates. Default false. */
  readonly allowPlainHttp?: boolean
  /**
   * Answers with `{ code, message, data }` and the business codes of `envelope({ ok, codes })` at every endpoint below `basePath` except
   * the revocation feed. Default: JSON, and problems (RFC 9457).
   */
  readonly envelope?: Envelope
  /** Receives warnings and errors for the operator: `console`, a pino logger or similar. Default `console`. */
  readonly logger?: Logger
  /** Folder of the secrets that are created in development. Default `data`. */
  readonly dataFolder?: string
}
