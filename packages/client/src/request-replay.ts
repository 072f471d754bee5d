import type { RequestActivity, RequestPhases } from './activity.js'
import type { AnswerView } from './backend/backend.js'
import type { ClientConfig } from './config.js'
import type { AccessTokens, NoteWaiting } from './current-access-token.js'
import { SessionChangedError } from './errors.js'
import type { Events } from './events.js'
import type { Refusals } from './misconfigured.js'
import type { Refresher } from './refresher.js'
import type { Session } from './session.js'

/** One request, as seen by its sender: `fetch` or an attachment. */
export interface ReplayableRequest<A> {
  readonly method: string
  /** Absolute. */
  readonly url: string
  /** The caller's signal. It also aborts a request that waits. */
  readonly signal: AbortSignal
  /** Takes long to send: an access token that is about to expire is refreshed before. */
  readonly large?: boolean | undefined
  /**
   * Sends it, with the access token if there is one.
   *
   * @param last whether this is the last attempt: the body need not be kept for another.
   */
  send(accessToken: string | undefined, last: boolean): Promise<A>
  /** The parts of an answer that the backend judges. */
  view(answer: A): AnswerView
}

/**
 * Sends a request with the access token of the session: refreshed where it must be, replayed at most once.
 *
 * @throws SignedOutError, SessionChangedError, RefreshUnavailableError, RefreshRefusedError, and what `send` throws.
 */
export type Replay = <A>(request: ReplayableRequest<A>) => Promise<A>

/** Reports a phase of one request. */
type Note = <P extends keyof RequestPhases>(phase: P, more?: RequestPhases[P]) => void

export function createReplay(
  config: ClientConfig,
  session: Session,
  accessTokens: AccessTokens,
  { end }: Pick<Refresher, 'end'>,
  events: Events,
): Replay {
  const { environment, backend } = config
  let count = 0
  let refusals: Refusals | undefined

  async function run<A>(request: ReplayableRequest<A>, origin: string, note: Note): Promise<A> {
    const { signal, large } = request
    const waiting: NoteWaiting = (reason) =>
      note('waiting', { reason: reason === 'refresh' && !environment.online() ? 'offline' : reason })
    const owner = backend.owns?.(request.url) ? undefined : await accessTokens.owner(signal, waiting)
    for (let attempt = 1; ; attempt++) {
      const tokens = owner ? await accessTokens.tokens(owner, signal, waiting, attempt > 1, large) : undefined
      note('sent', { attempt, jti: tokens?.jti })
      const answer = await request.send(tokens?.accessToken, !tokens || attempt > 1).catch((error) => {
        backend.explain?.(error, request.url)
        throw error
      })
      const view = request.view(answer)
      const refusal = tokens && (await backend.judge(view, request.url))
      note('answered', { attempt, status: view.status, code: refusal?.code })
      // An answer for one person must not reach another.
      if (owner && session.owner && session.owner !== owner) throw new SessionChangedError(true)
      if (!refusal || refusals?.hopeless(origin)) return answer
      if (attempt > 1) {
        // If it cannot be loaded, nothing is counted, and each request is still replayed only once.
        const loaded = await import('./misconfigured.js').catch(() => undefined)
        refusals ??= loaded?.createRefusals(environment, events)
        refusals?.note(origin, tokens.jti, refusal.code)
        return answer
      }
      tokens.refused = true
      if (refusal.ended) await end(tokens, refusal.code)
      note('replayed')
    }
  }

  return (request) => {
    const { origin, pathname } = new URL(request.url)
    const id = ++count
    const note: Note = (phase, more) => events.activity({ type: 'request', id, phase, ...more } as RequestActivity)
    note('accepted', { method: request.method, url: origin + pathname })
    const running = run(request, origin, note)
    running.then(
      () => note('settled', { outcome: 'answered' }),
      (error) => note('settled', { outcome: 'failed', error: error.name }),
    )
    return running
  }
}
