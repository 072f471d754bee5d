import { sessionHeader, tokenAnswerFromWire, type Verdict } from '@sessionward/protocol'
import type { ClientConfig } from './config.js'
import { momentOf } from './expiry.js'
import { readProblem } from './problem.js'
import { type Tokens, tokensOf } from './tokens.js'
import { onAbort } from './wait.js'

/** What came of a call to the auth server. */
export interface AuthAnswer {
  /** `retry`: it could not be asked, or the answer is not one of ours. Nothing: done. */
  readonly verdict?: Verdict | undefined
  readonly tokens?: Tokens
  readonly refreshToken?: string | undefined
  readonly status?: number
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
  { environment, transport, endpoint }: ClientConfig,
  path: 'login' | 'refresh' | 'logout',
  body: object,
  sid: string | undefined,
  patience: number,
  signal: AbortSignal,
): Promise<AuthAnswer> {
  const left = momentOf(environment)
  const abort = new AbortController()
  const stop = () => abort.abort()
  const cancel = environment.after(patience, stop)
  const unlisten = onAbort(signal, stop)
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
        signal: abort.signal,
      }),
    )
    status = response.status
    if (status === 204) return { status }
    const answer = response.ok && tokenAnswerFromWire(await response.json())
    if (answer) return { status, tokens: tokensOf(answer, left), refreshToken: answer.refreshToken }
    const problem = await readProblem(response)
    // Too many wrong passwords are 429 too, and the person must hear of it: verdict `fix`.
    const away = status >= 500 || (transient.includes(status) && problem.verdict !== 'fix')
    const retryAfter = Number(response.headers.get('Retry-After')) || 0
    return { ...problem, status, verdict: (!away && problem.verdict) || 'retry', retryAfter }
  } catch (cause) {
    signal.throwIfAborted()
    return { verdict: 'retry', cause, ...(status && { status }) }
  } finally {
    cancel()
    unlisten()
  }
}
