import type { SignatureAlgorithm } from '@sessionward/protocol'
import type { AccountsOptions } from './accounts/accounts.js'
import type { PasswordsOptions } from './accounts/passwords.js'
import type { Directory } from './directory/directory.js'
import type { Secrets } from './keys/secrets.js'
import type { Cache } from './profiles/cache/cache.js'
import type { ThrottleOptions } from './protection/throttle.js'
import type { Lifetimes, profiles } from './session/policy.js'
import type { Store } from './store/store.js'

export interface AuthServerOptions {
  /**
   * Where the auth server is reached, exactly as it stands in `iss`: https (plain http in development), no query, no
   * fragment (RFC 8414 section 2), no slash at its end.
   */
  readonly issuer: string
  /** Where sessions, accounts and keys are kept, such as `sqliteStore('data/auth.db')`. */
  readonly store: Store
  /** Required in production. In development they are made, and kept in `dataFolder`. */
  readonly secrets?: Secrets
  /**
   * Origins of the pages that may use this server with a cookie or across origins, such as `https://app.example.com`. An
   * application's own scheme (`capacitor://localhost`, `tauri://localhost`, `chrome-extension://<id>`) is for transport `body`:
   * browsers keep no cookie for it. Patterns and `null` are refused. The server's own origin always may. Default: none.
   */
  readonly origins?: readonly string[]
  /**
   * `production` refuses what is not fit for it: missing or weak secrets, plain http. Default: `production` where NODE_ENV
   * says so, else `development`, which must be said in so many words where the issuer is not on this machine.
   */
  readonly mode?: 'production' | 'development'
  /** Path under which the endpoints stand. Default `/auth`. */
  readonly basePath?: string
  /** `aud` of access tokens. Default: the issuer. */
  readonly audience?: string | readonly string[]
  /** `client_id` of sessions that name no other. Letters, digits, `-` and `_`. Default `default`. */
  readonly clientId?: string
  /** Servers that may act for a client: they authenticate with HTTP Basic (RFC 6749 section 2.3.1). Default: none. */
  readonly clients?: readonly { readonly id: string; readonly secret: string }[]
  /** What access tokens are signed with. Default ES256. */
  readonly algorithm?: SignatureAlgorithm
  /**
   * A private key in PEM (PKCS #8, PKCS #1 or SEC 1), not encrypted, instead of the key ring in the store. Rotating it is
   * then your own work. Default: the key ring.
   */
  readonly signingKey?: string
  /**
   * `rs256`: RS256 and `typ: JWT`, for verifiers that know nothing newer. Such a token can be taken for an ID token of the
   * same issuer (RFC 8725 section 3.11). Default: `algorithm`, and `typ: at+jwt`.
   */
  readonly interop?: 'rs256'
  /** A profile by name, or seconds for what should differ from the default one (300 s, 14 days, 90 days). */
  readonly lifetimes?: keyof typeof profiles | Partial<Lifetimes>
  /**
   * Whether anyone may make an account. Default: `closed` in production, where an open door must be asked for; `open` in
   * development.
   */
  readonly registration?: 'open' | 'closed'
  /** Profile fields that a person may fill in at registration. Default: none. */
  readonly registrationFields?: readonly string[]
  /** Your own users. Default: the built-in accounts, on the store. */
  readonly directory?: Directory
  /**
   * What nodes share of that which the directory says, such as `redisCache(client)`, so that not every refresh asks it. With
   * `directory` a change of a person must then be told by `profiles.changed`. Default: the directory is asked each time.
   */
  readonly cache?: Cache
  /** How the built-in accounts behave. */
  readonly accounts?: AccountsOptions
  /** How much of this machine the hashing of passwords may take. */
  readonly passwords?: PasswordsOptions
  /** How many failed sign-ins are too many. */
  readonly throttle?: ThrottleOptions
  /**
   * `on-use` confirms a refresh token when it is first used, so that a lost answer costs nothing. `strict` confirms it when it
   * is handed out, for auditors who ask for that: a lost answer then signs out. Default `on-use`.
   */
  readonly confirmation?: 'on-use' | 'strict'
  /** Declares that the store was restored from a backup and may be behind its clients. Default false. */
  readonly recovery?: boolean
  /**
   * A file that every end of a session is appended to, outside the database: `sessionward restore-complete` ends those
   * sessions again when the database has been restored from a backup. Each node has its own. Default: none.
   */
  readonly journal?: string
  /** First part of the cookies' names. Cookies ignore ports: two auth servers on one host need two. Default `sessionward`. */
  readonly cookieName?: string
  /** Lets production run on plain http, for an intranet without certificates. Default false. */
  readonly allowPlainHttp?: boolean
  /** Where development keeps the secrets it made. Default `data`. */
  readonly dataFolder?: string
}
