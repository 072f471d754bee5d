import type { ClientConfig } from './config.js'
import type { AccessTokens } from './current-access-token.js'
import { SessionChangedError } from './errors.js'
import type { Events } from './events.js'
import type { Refusals } from './misconfigured.js'
import type { Refresher } from './refresher.js'
import type { ReplayableRequest } from './replayable-request.js'
import type { Session } from './session.js'

/**
 * Sends a request with the access token of the session: refreshed where it must be, replayed at most once.
 *
 * @throws SignedOutError, SessionChangedError, RefreshUnavailableError, RefreshRefusedError, and what `send` throws.
 */
export type Replay = <A>(request: ReplayableRequest<A>) => Promise<A>

export function createReplay(
  config: ClientConfig,
  session: Session,
  accessTokens: AccessTokens,
  { end }: Pick<Refresher, 'end'>,
  events: Events,
): Replay {
  const { environment, backend } = config
  let refusals: Refusals | undefined

  async function run<A>(request: ReplayableRequest<A>, origin: string): Promise<A> {
    const { signal, large } = request
    const owner = backend.owns?.(request.url) ? undefined : await accessTokens.owner(signal)
    for (let attempt = 1; ; attempt++) {
      const tokens = owner ? await accessTokens.tokens(owner, signal, attempt > 1, large) : undefined
      const answer = await request.send(tokens?.accessToken, !tokens || attempt > 1).catch((error) => {
        backend.explain?.(error, request.url)
        throw error
      })
      const view = request.view(answer)
      const refusal = tokens && (await backend.judge(view, request.url))
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
    }
  }

  return (request) => {
    const { origin } = new URL(request.url)
    return config.watch ? config.watch(request, (watched) => run(watched, origin)) : run(request, origin)
  }
}
