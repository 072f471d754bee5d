import { type Attachable, attachable } from '../attach/attachable.js'
import type { AnswerView, TokenRefusal } from '../backend/backend.js'
import type { ReplayableRequest } from '../replayable-request.js'
import { readClaims } from '../tokens.js'
import type { ActivityClient, RequestActivity, RequestPhases } from './activity.js'

/** What the watched requests of one client share. */
interface Shared extends Attachable {
  readonly report: (step: RequestActivity) => void
  /** Those that are not sent yet, or are to be sent again. */
  readonly unsent: Set<{ noteWaiting(): void }>
  /** Receives the verdict on an answer. */
  readonly judged: WeakMap<AnswerView, (refusal: TokenRefusal | undefined) => void>
}

/** Reports the steps of each request that a client sends from now on, while somebody listens. */
export function watchRequests(client: ActivityClient, report: Shared['report'], isHeard: () => boolean): void {
  const shared: Shared = { ...client[attachable], report, unsent: new Set(), judged: new WeakMap() }
  const { backend } = shared.config
  const { judge } = backend
  Object.assign(backend, {
    async judge(view: AnswerView, url: string) {
      const refusal = await judge(view, url)
      shared.judged.get(view)?.(refusal)
      return refusal
    },
  })
  client.subscribe(() => {
    for (const request of shared.unsent) request.noteWaiting()
  })
  let count = 0
  shared.config.watch = (request, run) =>
    isHeard() ? new WatchedRequest(shared, request, ++count).run(run) : run(request)
}

class WatchedRequest<A> {
  readonly #shared: Shared
  readonly #request: ReplayableRequest<A>
  readonly #id: number
  /** Whether it goes to the backend itself, without a token. */
  readonly #isOwn: boolean
  #attempt = 0
  #hasToken = false
  /** What it waits for, as reported. */
  #waiting: RequestPhases['waiting']['reason'] | undefined

  constructor(shared: Shared, request: ReplayableRequest<A>, id: number) {
    this.#shared = shared
    this.#request = request
    this.#id = id
    this.#isOwn = shared.config.backend.owns?.(request.url) ?? false
  }

  run(send: (request: ReplayableRequest<A>) => Promise<A>): Promise<A> {
    const { method, url } = this.#request
    const { origin, pathname } = new URL(url)
    this.#note('accepted', { method, url: origin + pathname })
    this.#queue()
    const running = send({
      ...this.#request,
      send: (accessToken, last) => this.#send(accessToken, last),
      view: (answer) => this.#view(answer),
    })
    running.then(
      () => this.#settle({ outcome: 'answered' }),
      (error) => this.#settle({ outcome: 'failed', error: error.name }),
    )
    return running
  }

  noteWaiting(): void {
    const { session, config } = this.#shared
    if (!/unknown|refreshing|degraded|reauth/.test(session.state) || session.usable()) return
    const forPerson = session.state === 'reauth'
    // A network that comes or goes does not begin another wait.
    if (this.#waiting && forPerson === (this.#waiting === 'sign-in')) return
    this.#waiting = forPerson ? 'sign-in' : config.environment.online() ? 'refresh' : 'offline'
    this.#note('waiting', { reason: this.#waiting })
  }

  /** It is to be sent, at once or after a wait. */
  #queue(): void {
    this.#waiting = undefined
    if (this.#isOwn) return
    this.#shared.unsent.add(this)
    this.noteWaiting()
  }

  #send(accessToken: string | undefined, last: boolean): Promise<A> {
    this.#shared.unsent.delete(this)
    this.#hasToken = accessToken !== undefined
    this.#note('sent', { attempt: ++this.#attempt, jti: accessToken && this.#jtiOf(accessToken) })
    return this.#request.send(accessToken, last)
  }

  #view(answer: A): AnswerView {
    const view = this.#request.view(answer)
    const answered = (refusal?: TokenRefusal) => {
      this.#note('answered', { attempt: this.#attempt, status: view.status, code: refusal?.code })
      if (refusal && this.#attempt === 1) this.#queue()
    }
    // The answer to a request without a token is not judged.
    if (this.#hasToken) this.#shared.judged.set(view, answered)
    else answered()
    return view
  }

  #settle(more: RequestPhases['settled']): void {
    this.#shared.unsent.delete(this)
    this.#note('settled', more)
  }

  #note<P extends keyof RequestPhases>(phase: P, more: RequestPhases[P]): void {
    this.#shared.report({ type: 'request', id: this.#id, phase, ...more } as RequestActivity)
  }

  #jtiOf(accessToken: string): string | undefined {
    const { tokens } = this.#shared.session
    return tokens?.accessToken === accessToken ? tokens.jti : readClaims(accessToken).jti
  }
}
