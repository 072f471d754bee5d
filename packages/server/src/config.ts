import type { Envelope, Logger, SignatureAlgorithm } from '@sessionward/protocol'
import type { AccessCookieScheme, PageVisits } from './config/page-visits.js'
import type { Secrets } from './keys/secrets.js'
import type { LegacyRules } from './legacy/identity.js'
import type { PlaceOf } from './options.js'
import type { Cache } from './profiles/cache/cache.js'
import type { CaptchaRule } from './protection/attempt-checks.js'
import type { BeforeHooks } from './protection/before-hooks.js'
import type { SessionKind } from './session/kind.js'
import type { Lifetimes } from './session/lifetime.js'
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
