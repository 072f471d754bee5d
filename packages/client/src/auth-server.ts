import { sessionHeader, type TokenAnswer, tokenAnswerFromWire, type Verdict } from '@sessionward/protocol'
import type { ClientConfig } from './config.js'
import { type Moment, momentOf } from './expiry.js'
import { readProblem } from './problem.js'

/** What came of a call to the auth server. */
export type AuthAnswer =
  | { readonly outcome: 'tokens'; readonly answer: TokenAnswer; readonly left: Moment; readonly status: number }
  /** Done, and nothing to say. */
  | { readonly outcome: 'done'; readonly status: number }
  | {
      readonly outcome: 'refused'
      readonly code: string
      readonly verdict: Exclude<Verdict, 'retry'> | 'raced'
      readonly status: number
      readonly detail: string | undefined
    }
  | {
      readonly outcome: 'unavailable'
      readonly cause: unknown
      readonly status?: number
      readonly code?: string
      /** Seconds. */
      readonly retryAfter?: number
    }

interface Call {
  readonly path: 'login' | 'refresh' | 'logout'
  readonly body: object
  /** The session that is meant, where the browser may hold the cookies of several. */
  readonly sid?: string | undefined
  /** Milliseconds to wait for the whole answer. */
  readonly patience: number
  readonly signal?: AbortSignal
}

/** Asks the auth server. Never throws but for the signal: whatever is no answer of ours is `unavailable`. */
export async function askAuthServer(config: ClientConfig, call: Call): Promise<AuthAnswer> {
  const { environment, transport } = config
  const left = momentOf(environment)
  const abort = new AbortController()
  const stop = () => abort.abort()
  const cancel = environment.after(call.patience, stop)
  call.signal?.addEventListener('abort', stop)
  try {
    const response = await environment.fetch(
      new Request(`${config.endpoint}/${call.path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...(call.sid && { [sessionHeader]: call.sid }) },
        body: JSON.stringify(call.body),
        credentials: transport === 'cookie' ? 'include' : 'omit',
        // A redirect that is followed would carry the password or the refresh token to wherever it points.
        redirect: 'error',
        signal: abort.signal,
      }),
    )
    return await readAnswer(response, left)
  } catch (cause) {
    call.signal?.throwIfAborted()
    return { outcome: 'unavailable', cause }
  } finally {
    cancel()
    call.signal?.removeEventListener('abort', stop)
  }
}

const transient = [408, 425, 429]

async function readAnswer(response: Response, left: Moment): Promise<AuthAnswer> {
  const { status } = response
  if (status === 204) return { outcome: 'done', status }
  if (response.ok) {
    const answer = tokenAnswerFromWire(await response.json())
    if (answer) return { outcome: 'tokens', answer, left, status }
  }
  const { code, verdict, detail } = (await readProblem(response)) ?? {}
  // A wrong password that was tried too often is 429 too, and the person must hear of it: verdict `fix`.
  const final = code && status < 500 && (verdict === 'fix' || !transient.includes(status))
  if (final && verdict && (verdict !== 'retry' || code === 'refresh_raced')) {
    return { outcome: 'refused', code, verdict: verdict === 'retry' ? 'raced' : verdict, status, detail }
  }
  const seconds = Number(response.headers.get('Retry-After'))
  return {
    outcome: 'unavailable',
    cause: new Error(`The auth server answered ${status}${code ? ` ${code}` : ''}.`),
    status,
    ...(code && { code }),
    ...(seconds > 0 && { retryAfter: seconds }),
  }
}
