import type { RequestActivity } from './activity.js'
import type { ClientConfig } from './config.js'
import type { Credentials, NoteWaiting } from './credentials.js'
import { SessionChangedError } from './errors.js'
import type { Events } from './events.js'
import { tokenRefusal } from './problem.js'
import { createRefusals } from './refusals.js'
import type { Session } from './session.js'

/** The part of an activity that tells its phase. */
type Phase<T = RequestActivity> = T extends unknown ? Omit<T, 'type' | 'id'> : never

/** `fetch` with the access token of the session: refreshed where it must be, replayed at most once. */
export function authenticatedFetch(
  config: ClientConfig,
  session: Session,
  credentials: Credentials,
  events: Events,
): (input: RequestInfo | URL, init?: RequestInit) => Promise<Response> {
  const { environment } = config
  const refusals = createRefusals(environment, events)
  let count = 0

  async function send(request: Request, origin: string, note: (phase: Phase) => void): Promise<Response> {
    const { signal } = request
    const waiting: NoteWaiting = (reason) =>
      note({ phase: 'waiting', reason: reason === 'refresh' && !environment.online() ? 'offline' : reason })
    const owner = await credentials.owner(signal, waiting)
    for (let attempt = 1; ; attempt++) {
      const tokens = owner ? await credentials.tokens(owner, signal, waiting) : undefined
      // Only a copy is sent first, and the original kept for the replay: a body can be read once.
      const sent = attempt > 1 ? request : request.clone()
      if (tokens) sent.headers.set('Authorization', `Bearer ${tokens.accessToken}`)
      note({ phase: 'sent', attempt, jti: tokens?.jti })
      const response = await environment.fetch(sent)
      const code = tokens && (await tokenRefusal(response))
      note({ phase: 'answered', attempt, status: response.status, code })
      // What was asked for one person is not shown to another.
      if (owner && session.owner && session.owner !== owner) throw new SessionChangedError()
      if (!code || refusals.hopeless()) return response
      if (attempt > 1) {
        refusals.note(tokens.jti, code, origin)
        return response
      }
      tokens.refused = true
      void response.body?.cancel()
      note({ phase: 'replayed' })
    }
  }

  return async (input, init) => {
    const request = new Request(input, init)
    const { origin, pathname } = new URL(request.url)
    if (!config.origins.includes(origin) || request.headers.has('Authorization')) return environment.fetch(request)
    const id = ++count
    const note = (phase: Phase) => events.activity({ type: 'request', id, ...phase } as RequestActivity)
    note({ phase: 'accepted', method: request.method, url: origin + pathname })
    const sending = send(request, origin, note)
    sending.then(
      () => note({ phase: 'settled', outcome: 'answered' }),
      (error) => note({ phase: 'settled', outcome: 'failed', error: error.name }),
    )
    return sending
  }
}
