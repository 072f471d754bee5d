import { type ErrorCode, sessionHeader, tokenAnswerFromWire, type Verdict } from '@sessionward/protocol'
import type { ClientConfig } from './config.js'
import { momentOf } from './expiry.js'
import { readProblem } from './problem.js'
import { type Tokens, tokensOf } from './tokens.js'

/** The outcome of a call to the auth server. */
export interface AuthAnswer {
  /** `retry`: it is unavailable, or the answer is not one of ours. Nothing: done. */
  readonly verdict?: Verdict | undefined
  readonly tokens?: Tokens
  /** Only in body transport. */
  readonly refreshToken?: string | undefined
  readonly status?: number | undefined
  readonly code?: ErrorCode | undefined
  readonly detail?: string | undefined
  readonly cause?: unknown
  /** Seconds. */
  readonly retryAfter?: number
}

/**
 * Sends a request to the auth server. Never throws: a caller that aborts the signal knows it.
 *
 * @param sid the session that is meant, where the browser may hold the cookies of several. Nothing: the latest sign-in.
 */
export async function askAuthServer(
  { environment, transport, endpoint }: ClientConfig,
  path: 'login' | 'refresh' | 'logout',
  body: object,
  signal: AbortSignal,
  sid?: string,
): Promise<AuthAnswer> {
  const left = momentOf(environment)
  const withCookies = transport === 'cookie'
  try {
    const response = await environment.fetch(
      new Request(`${endpoint}/${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...(sid && { [sessionHeader]: sid }) },
        body: JSON.stringify(body),
        credentials: withCookies ? 'include' : 'omit',
        // A redirect that is followed would carry the password or the refresh token to wherever it points.
        redirect: 'error',
        signal,
      }),
    )
    const { status, ok, headers } = response
    // Signed out; or of a refresh: nobody is signed in, which is no error.
    if (status === 204) return { status, verdict: 'terminal', code: 'refresh_token_missing' }
    const answer = ok && tokenAnswerFromWire(await response.json())
    // In cookie transport no script may see a refresh token, and in body transport there is no session without one.
    if (answer && (withCookies || answer.refreshToken)) {
      return { status, tokens: tokensOf(answer, left), refreshToken: withCookies ? undefined : answer.refreshToken }
    }
    const { verdict = 'retry', code, detail } = await readProblem(response)
    // Too many wrong passwords are 429 too, and the person must see that: verdict `fix`.
    const unavailable = status > 499 || (verdict !== 'fix' && [408, 425, 429].includes(status))
    const cause = new Error(`The auth server answered ${status} ${code ?? ''}`)
    const retryAfter = Number(headers.get('Retry-After')) || 0
    return { verdict: unavailable || !code ? 'retry' : verdict, status, code, detail, cause, retryAfter }
  } catch (cause) {
    return { verdict: 'retry', cause }
  }
}
