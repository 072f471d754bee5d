import type { AnswerError } from '../../src/answer-error.js'
import type { AuthServer } from '../../src/auth-server.js'
import type { StartedSession } from '../../src/calls/session-calls.js'
import type { NewSession } from '../../src/session/new-session.js'

/** A client with body transport that keeps the last refresh token it received. */
export class Holder {
  #auth: AuthServer
  readonly sid: string
  token: string

  private constructor(auth: AuthServer, started: StartedSession) {
    this.#auth = auth
    this.sid = started.session.id
    this.token = started.refreshToken!
  }

  static async start(auth: AuthServer, input: Partial<NewSession> = {}): Promise<Holder> {
    return new Holder(auth, await auth.sessions.start({ subject: 'ann', transport: 'body', ...input }))
  }

  /** From now on it asks another auth server, as a balancer in front of several would have it. */
  with(auth: AuthServer): this {
    this.#auth = auth
    return this
  }

  /** Refreshes with the token it holds, or another, and keeps the next one unless the answer gets lost. */
  async refresh({ token = this.token, lost = false } = {}): Promise<StartedSession> {
    const answer = await this.#auth.sessions.refresh({ token, transport: 'body' })
    if (!lost && answer.refreshToken !== undefined) this.token = answer.refreshToken
    return answer
  }

  /** The code that a refresh is refused with; `granted` where it is not. */
  async outcome(token = this.token): Promise<string> {
    try {
      await this.refresh({ token })
      return 'granted'
    } catch (error) {
      return (error as AnswerError).code
    }
  }
}
