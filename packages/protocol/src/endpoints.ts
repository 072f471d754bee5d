/** How the refresh token travels, fixed for a session at sign-in. */
export type Transport = 'cookie' | 'body'

/** Classes of devices. `service` is a script or a background job, which a session policy does not count as a device. */
export const deviceClasses = ['phone', 'tablet', 'desktop', 'other', 'service'] as const

/** What a device states about itself at sign-in. Nobody verifies it. */
export interface Device {
  /** The same at each sign-in of one device. A session policy lets a device replace its own session. */
  readonly id?: string | undefined
  /** A name for the person, such as `Ann's phone`. Default: none. */
  readonly name?: string | undefined
  /** Default: what a session policy reads in the `User-Agent`, else `other`. */
  readonly class?: (typeof deviceClasses)[number] | undefined
}

/** What the directory returns about a person. */
export type User = Readonly<Record<string, unknown>>

/** The answer to a sign-in or a refresh (RFC 6749 section 5.1, plus what a Sessionward client needs). */
export interface TokenAnswer {
  /** The access token: a signed JWT (RFC 9068). */
  readonly accessToken: string
  /** How requests carry it (RFC 6749 section 7.1). */
  readonly tokenType: 'Bearer' | 'DPoP'
  /** Lifetime of the access token in seconds, counted from the request for it. */
  readonly expiresIn: number
  /** Only where the session's transport is `body`, and not in a sliding session: the access token is exchanged itself. */
  readonly refreshToken?: string
  /** Seconds until the session ends if it is not used. */
  readonly refreshExpiresIn: number
  /** The session: its id, generation and times. */
  readonly session: {
    /** `sid` of the session's access tokens. */
    readonly id: string
    /** How many times the refresh token has been rotated. */
    readonly generation: number
    /** NumericDate, seconds. */
    readonly createdAt: number
    /** NumericDate, seconds: the absolute timeout. */
    readonly expiresAt: number
  }
  /** What the directory returns about the person. */
  readonly user: User
}

/** {@link TokenAnswer} as sent over the wire, in snake_case. */
export interface TokenAnswerOnWire {
  /** The access token. */
  readonly access_token: string
  /** How requests carry it. */
  readonly token_type: 'Bearer' | 'DPoP'
  /** Lifetime of the access token in seconds. */
  readonly expires_in: number
  /** Only with transport `body`, and not in a sliding session. */
  readonly refresh_token?: string
  /** Seconds until the session ends if it is not used. */
  readonly refresh_expires_in: number
  /** The session; its times are NumericDate, seconds. */
  readonly session: {
    readonly id: string
    readonly generation: number
    readonly created_at: number
    readonly expires_at: number
  }
  /** What the directory returns about the person. */
  readonly user: User
}

/** Writes the answer to a sign-in or a refresh in snake_case. */
export function tokenAnswerToWire(answer: TokenAnswer): TokenAnswerOnWire {
  return {
    access_token: answer.accessToken,
    token_type: answer.tokenType,
    expires_in: answer.expiresIn,
    ...(answer.refreshToken === undefined ? {} : { refresh_token: answer.refreshToken }),
    refresh_expires_in: answer.refreshExpiresIn,
    session: {
      id: answer.session.id,
      generation: answer.session.generation,
      created_at: answer.session.createdAt,
      expires_at: answer.session.expiresAt,
    },
    user: answer.user,
  }
}

/**
 * Reads the answer to a sign-in or a refresh.
 *
 * @returns undefined if the JSON is not such an answer: a captive portal or a proxy may answer 200 with its own page.
 * Invalid values are not repaired: an access token that no header can carry (RFC 6750 section 2.1) would fail with every
 * request.
 */
export function tokenAnswerFromWire(json: unknown): TokenAnswer | undefined {
  const wire = (json ?? {}) as Partial<TokenAnswerOnWire>
  const { access_token: accessToken, refresh_token: refreshToken, expires_in: expiresIn, user = {} } = wire
  const { id, generation, created_at, expires_at } = (wire.session ?? {}) as Partial<TokenAnswerOnWire['session']>
  if (typeof accessToken !== 'string' || !/^[\w.~+/-]+=*$/.test(accessToken)) return undefined
  if (typeof expiresIn !== 'number' || !(expiresIn >= 0)) return undefined
  if (typeof id !== 'string' || !id || typeof generation !== 'number') return undefined
  if (typeof user !== 'object' || !user) return undefined
  return {
    accessToken,
    tokenType: wire.token_type === 'DPoP' ? 'DPoP' : 'Bearer',
    expiresIn,
    ...(typeof refreshToken === 'string' && { refreshToken }),
    refreshExpiresIn: Number(wire.refresh_expires_in ?? 0),
    session: { id, generation, createdAt: Number(created_at ?? 0), expiresAt: Number(expires_at ?? 0) },
    user,
  }
}

/** POST /auth/login */
export interface LoginRequest {
  /** The user name. */
  readonly username: string
  /** The password. */
  readonly password: string
  /** `false`: the cookie is deleted when the browser closes, and the idle timeout is at most 12 hours. Default true. */
  readonly remember?: boolean | undefined
  /** Default `cookie`. */
  readonly transport?: Transport | undefined
  /** What the device states about itself. Default: nothing. */
  readonly device?: Device | undefined
  /** The solution of the page's captcha, if the server requires one. */
  readonly captcha?: string | undefined
  /** Further members are passed to the application's own hook only. */
  readonly [field: string]: unknown
}

/** What a captcha protects. */
export type CaptchaAction = 'signIn' | 'register'

/** Members of every captcha. */
interface BaseCaptcha {
  /** What the captcha protects. */
  readonly action: CaptchaAction
  /** `sometimes`: not before an answer says `captcha_required`. */
  readonly when: 'always' | 'sometimes'
}

/** A proof of work of ALTCHA: the page searches for the number that solves the challenge. */
export interface ProofOfWorkCaptcha extends BaseCaptcha {
  /** Tells the kinds apart. */
  readonly kind: 'altcha'
  /** Seconds until the challenge expires, counted from the answer. */
  readonly expires_in: number
  /** Parameters of the challenge, as ALTCHA defines them. */
  readonly parameters: Readonly<Record<string, unknown>>
  /** The auth server's signature over the parameters. */
  readonly signature: string
}

/** A widget that a service's script draws. */
export interface WidgetCaptcha extends BaseCaptcha {
  /** The service, which tells the kinds apart. */
  readonly kind: 'turnstile' | 'hcaptcha' | 'recaptcha' | 'recaptcha-v3'
  /** The site key, which is public. */
  readonly site_key: string
  /** URL of the service's script. */
  readonly script: string
}

/** GET /auth/captcha?action=signIn */
export type CaptchaAnswer = ProofOfWorkCaptcha | WidgetCaptcha

/** POST /auth/refresh. With cookie transport the body is empty or `{}`. */
export interface RefreshRequest {
  /** In a sliding session the access token, which may come in `Authorization: Bearer` instead. */
  readonly refresh_token?: string | undefined
  /**
   * `false`: uses the token without issuing the next one. For servers that render pages; requires client authentication.
   * Default true.
   */
  readonly rotate?: boolean | undefined
  /** A token of another system to convert into a session (`adoptLegacy`). Ignored if the request has a refresh token. */
  readonly legacy_token?: string | undefined
  /** Transport of the session that is created for `legacy_token`. Default `cookie`. */
  readonly transport?: Transport | undefined
}

/** POST /auth/logout */
export interface LogoutRequest {
  /** Only with transport `body`; in a sliding session the access token. */
  readonly refresh_token?: string | undefined
  /** Ends every session of the subject. It takes the current refresh token or an access token. Default false. */
  readonly everywhere?: boolean | undefined
}

/** POST /auth/password */
export interface PasswordRequest {
  /** The current password. */
  readonly current: string
  /** The new password. */
  readonly next: string
}

/** POST /auth/register: further members are the profile fields that configuration allows. */
export interface RegisterRequest {
  /** The user name. */
  readonly username: string
  /** The password. */
  readonly password: string
  /** The solution of the page's captcha, if the server requires one. */
  readonly captcha?: string | undefined
  /** Profile fields, and members for the application's own hook. */
  readonly [field: string]: unknown
}
