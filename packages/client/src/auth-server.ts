import { sessionHeader, tokenAnswerFromWire, type Verdict } from '@sessionward/protocol'
import type { ClientConfig } from './config.js'
import { momentOf } from './expiry.js'
import { readProblem } from './problem.js'
import { type Tokens, tokensOf } from './tokens.js'
import { within } from './wait.js'

/** What came of a call to the auth server. */
export interface AuthAnswer {
  /** `retry`: it could not be asked, or the answer is not one of ours. Nothing: done. */
  readonly verdict?: Verdict | undefined
  readonly tokens?: Tokens
  readonly refreshToken?: string | undefined
  readonly status?: number | undefined
  readonly code?: string | undefined
  readonly detail?: string | undefined
  readonly cause?: unknown
  /** Seconds. */
  readonly retryAfter?: number
}

const transient = [408, 425, 429]

/**
 * Asks the auth server.
 *
 * @param sid the session that is meant, where the browser may hold the cookies of several.
 * @param patience milliseconds to wait for the whole answer.
 * @throws the signal's reason and nothing else.
 */
export async function askAuthServer(
  { environment, transport, endpoint, timeouts }: ClientConfig,
  path: 'login' | 'refresh' | 'logout',
  body: object,
  signal: AbortSignal,
  sid?: string,
  patience = timeouts.request,
): Promise<AuthAnswer> {
  const left = momentOf(environment)
  const waiting = within(patience, signal, environment)
  let status: number | undefined
  try {
    const response = await environment.fetch(
      new Request(`${endpoint}/${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...(sid && { [sessionHeader]: sid }) },
        body: JSON.stringify(body),
        credentials: transport === 'cookie' ? 'include' : 'omit',
        // A redirect that is followed would carry the password or the refresh token to wherever it points.
        redirect: 'error',
        signal: waiting.signal,
      }),
    )
    status = response.status
    if (status === 204) return { status }
    const answer = response.ok && tokenAnswerFromWire(await response.json())
    if (answer) return { status, tokens: tokensOf(answer, left), refreshToken: answer.refreshToken }
    const problem = await readProblem(response)
    // Too many wrong passwords are 429 too, and the person must hear of it: verdict `fix`.
    const away = status >= 500 || (transient.includes(status) && problem.verdict !== 'fix')
    return {
      ...problem,
      status,
      verdict: (!away && problem.verdict) || 'retry',
      cause: new Error(`The auth server answered ${status} ${problem.code ?? ''}`),
      retryAfter: Number(response.headers.get('Retry-After')) || 0,
    }
  } catch (cause) {
    signal.throwIfAborted()
    return { status, verdict: 'retry', cause }
  } finally {
    waiting.cancel()
  }
}
