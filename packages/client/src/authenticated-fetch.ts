import type { RequestActivity } from './activity.js'
import type { ClientConfig } from './config.js'
import type { Credentials } from './credentials.js'
import { SessionChangedError } from './errors.js'
import type { Events } from './events.js'
import { tokenRefusal } from './problem.js'
import { Refusals } from './refusals.js'
import type { Session } from './session.js'
import type { Tokens } from './tokens.js'

type WithoutId<T> = T extends unknown ? Omit<T, 'type' | 'id'> : never

/** `fetch` with the access token of the session: refreshed where it must be, replayed at most once. */
export class AuthenticatedFetch {
  readonly #config: () => ClientConfig
  readonly #session: Session
  readonly #credentials: Credentials
  readonly #events: Events
  readonly #refusals: Refusals
  #count = 0

  constructor(config: () => ClientConfig, session: Session, credentials: Credentials, events: Events) {
    this.#config = config
    this.#session = session
    this.#credentials = credentials
    this.#events = events
    this.#refusals = new Refusals(config(), events)
  }

  async fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    const { environment, origins } = this.#config()
    const request = new Request(input, init)
    const { origin, pathname } = new URL(request.url)
    if (!origins.has(origin) || request.headers.has('Authorization')) return await environment.fetch(request)
    const id = ++this.#count
    const note = (activity: WithoutId<RequestActivity>) =>
      this.#events.activity({ type: 'request', id, ...activity } as RequestActivity)
    note({ phase: 'accepted', method: request.method, url: origin + pathname })
    try {
      const response = await this.#send(request, note)
      note({ phase: 'settled', outcome: 'answered' })
      return response
    } catch (error) {
      note({ phase: 'settled', outcome: 'failed', error: error instanceof Error ? error.name : 'Error' })
      throw error
    }
  }

  async #send(request: Request, note: (activity: WithoutId<RequestActivity>) => void): Promise<Response> {
    const { environment } = this.#config()
    const { signal } = request
    const waiting = (reason: 'refresh' | 'sign-in') =>
      note({ phase: 'waiting', reason: environment.online() || reason === 'sign-in' ? reason : 'offline' })
    const owner = await this.#credentials.owner({ signal, waiting })
    // The original is kept for the replay, and only its copy is sent: a body can be read once.
    let copy: Request | undefined = request.clone()
    for (let attempt = 1; ; attempt++) {
      const tokens = await this.#credentials.tokens(owner, { signal, waiting, refused: attempt > 1 })
      note({ phase: 'sent', attempt, ...(tokens && { jti: tokens.jti }) })
      const response = await environment.fetch(withToken(copy ?? request, tokens))
      const code = tokens && (await tokenRefusal(response))
      note({ phase: 'answered', attempt, status: response.status, ...(code && { code }) })
      // What was asked for one person is not shown to another.
      if (owner !== undefined && this.#session.owner !== undefined && this.#session.owner !== owner) {
        throw new SessionChangedError()
      }
      if (!tokens || !code || this.#refusals.hopeless) return response
      if (!copy) {
        this.#refusals.note(tokens.jti, code, request.url)
        return response
      }
      copy = undefined
      void response.body?.cancel()
      this.#session.refuse(tokens.jti)
      note({ phase: 'replayed' })
    }
  }
}

function withToken(request: Request, tokens: Tokens | undefined): Request {
  if (tokens) request.headers.set('Authorization', `Bearer ${tokens.accessToken}`)
  return request
}
