import type { Device } from './endpoints.js'

/**
 * How a client reacts to an error, even if it does not know the code.
 *
 * - `retry`: transient; nobody is signed out, try again later (or after `Retry-After`).
 * - `refresh`: the access token is at fault; refresh once, then replay. A client that is not signed in ignores it.
 * - `terminal`: the session is over, and `code` says why.
 * - `fix`: the request itself is at fault; pass the error to the caller.
 */
export type Verdict = 'retry' | 'refresh' | 'terminal' | 'fix'

interface ErrorDefinition {
  readonly status: number
  readonly verdict: Verdict
  /** One sentence for a person; never contains data of the request. */
  readonly title: string
}

/**
 * Every error code of an auth server or a guard. The documentation is generated from this table, and marks the codes that are
 * reserved for planned features, so that current clients already understand them.
 */
export const errors = {
  access_token_missing: { status: 401, verdict: 'refresh', title: 'This request needs an access token.' },
  access_token_invalid: { status: 401, verdict: 'refresh', title: 'The access token is not valid for this server.' },
  access_token_expired: { status: 401, verdict: 'refresh', title: 'The access token has expired.' },
  claims_changed: { status: 401, verdict: 'refresh', title: 'The account changed after this access token was issued.' },
  insufficient_scope: {
    status: 403,
    verdict: 'fix',
    title: 'The access token does not have the scope that this request needs.',
  },
  step_up_required: { status: 401, verdict: 'fix', title: 'This request needs a more recent sign-in.' },

  refresh_token_missing: { status: 401, verdict: 'terminal', title: 'The request has no refresh token.' },
  refresh_token_invalid: { status: 401, verdict: 'terminal', title: 'The refresh token is not valid.' },
  refresh_token_expired: { status: 401, verdict: 'terminal', title: 'The session ended because it was not used.' },
  refresh_raced: { status: 409, verdict: 'retry', title: 'Another request has just refreshed this session.' },
  refresh_token_reused: {
    status: 401,
    verdict: 'terminal',
    title: 'A refresh token was used twice, so the session was ended for safety.',
  },
  session_revoked: {
    status: 401,
    verdict: 'terminal',
    title: 'The session was ended by an administrator or from another device.',
  },
  session_replaced: { status: 401, verdict: 'terminal', title: 'A newer sign-in replaced this session.' },
  session_expired: { status: 401, verdict: 'terminal', title: 'The session has reached its maximum lifetime.' },
  account_disabled: { status: 401, verdict: 'terminal', title: 'The account is not active.' },
  credentials_changed: { status: 401, verdict: 'terminal', title: 'The password was changed.' },
  signed_out: { status: 401, verdict: 'terminal', title: 'The session was signed out.' },
  session_changed: {
    status: 409,
    verdict: 'terminal',
    title: 'A newer session has replaced the one that the request names.',
  },

  legacy_not_adopted: {
    status: 409,
    verdict: 'fix',
    title: 'This person stays with the old system for now: go on as before.',
  },

  invalid_dpop_proof: { status: 400, verdict: 'retry', title: 'The DPoP proof is missing or not valid.' },
  use_dpop_nonce: { status: 400, verdict: 'retry', title: 'The DPoP proof must contain the nonce of this response.' },
  proof_required: { status: 401, verdict: 'fix', title: 'This session can only be used with its key.' },

  invalid_credentials: { status: 401, verdict: 'fix', title: 'The user name or the password is wrong.' },
  captcha_required: { status: 403, verdict: 'fix', title: 'This request needs a solved captcha.' },
  captcha_invalid: { status: 403, verdict: 'fix', title: 'The captcha solution is wrong.' },
  attempt_refused: { status: 403, verdict: 'fix', title: 'The application refused this sign-in or registration.' },
  session_limit_reached: {
    status: 409,
    verdict: 'fix',
    title: 'The account is already signed in on as many devices as it may be: sign out on one of them first.',
  },
  too_many_attempts: { status: 429, verdict: 'fix', title: 'Too many attempts to sign in.' },

  too_many_requests: { status: 429, verdict: 'retry', title: 'Too many requests.' },
  service_unavailable: { status: 503, verdict: 'retry', title: 'The service is temporarily unavailable.' },

  invalid_request: { status: 400, verdict: 'fix', title: 'The request is not valid.' },
  username_taken: { status: 409, verdict: 'fix', title: 'This user name is already taken.' },
  invalid_client: { status: 401, verdict: 'fix', title: 'The client could not be authenticated.' },
  origin_refused: { status: 403, verdict: 'fix', title: 'Pages from this origin may not make this request.' },
  not_found: { status: 404, verdict: 'fix', title: 'Not found.' },
  method_not_allowed: { status: 405, verdict: 'fix', title: 'The method is not allowed for this path.' },
} as const satisfies Record<string, ErrorDefinition>

/** A code of the error table. */
export type ErrorCode = keyof typeof errors

/** Why a session ended. Each is also an error code: later refreshes of the session are answered with it. */
export const sessionEndReasons = [
  'refresh_token_reused',
  'session_revoked',
  'session_replaced',
  'session_expired',
  'account_disabled',
  'credentials_changed',
  'signed_out',
] as const satisfies readonly ErrorCode[]

/** One of {@link sessionEndReasons}. */
export type SessionEndReason = (typeof sessionEndReasons)[number]

/** The sign-in that took the place of a session under a session policy. */
export interface ReplacedBy {
  /** NumericDate, seconds. */
  readonly at: number
  /** As it was stated at that sign-in; empty where nothing was. */
  readonly device: Pick<Device, 'name' | 'class'>
  /** Network address, without the part that one subscriber chooses (IPv6: the /64); null where it is not known. */
  readonly address: string | null
}

/** An error answer, `application/problem+json` (RFC 9457 section 3). */
export interface Problem {
  /** `urn:sessionward:error:` and the code (RFC 9457 section 3.1.1). */
  readonly type: string
  /** A sentence for a person, the same for every answer of the code. */
  readonly title: string
  /** HTTP status. */
  readonly status: number
  /** What was wrong with this request, and what was expected. Never contains a secret. */
  readonly detail?: string
  /** A code of the table; with the type `urn:sessionward:error:attempt_refused`, a code of the application. */
  readonly code: ErrorCode
  /** What the client should do about it. */
  readonly verdict: Verdict
  /** Only with `session_replaced`, and only where a session policy ended the session: by which sign-in. */
  readonly replacedBy?: ReplacedBy
}

/** Media type of {@link Problem} (RFC 9457 section 6.1). */
export const problemMediaType = 'application/problem+json'

/** Creates the problem for a code of the table. `detail` says what was wrong with this request; it must not contain a secret. */
export function problem(code: ErrorCode, detail?: string): Problem {
  const { status, verdict, title } = errors[code]
  return {
    type: `urn:sessionward:error:${code}`,
    title,
    status,
    ...(detail === undefined ? {} : { detail }),
    code,
    verdict,
  }
}

/** Whether a value is a code of the table. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(errors, value)
}
