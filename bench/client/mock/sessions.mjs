// Sessions with strict single-use rotation, as most backends have it: a refresh token that is presented a second time ends
// its session.
import { randomUUID } from 'node:crypto'

const lifetime = 300

export class Sessions {
  #sessions = new Map()
  #refreshTokens = new Map()
  #accessTokens = new Map()
  /** Seconds that the clock is ahead. */
  ahead = 0
  /** Refresh tokens that were presented again, each of which ended its session. */
  reuses = 0

  start(subject) {
    const session = { id: randomUUID(), subject, isAlive: true, latest: undefined }
    this.#sessions.set(session.id, session)
    return this.#issue(session)
  }

  /** Tokens; or nothing, if the refresh token is unknown or spent. */
  rotate(refreshToken) {
    const session = this.#sessions.get(this.#refreshTokens.get(refreshToken))
    if (!session?.isAlive) return undefined
    if (session.latest === refreshToken) return this.#issue(session)
    session.isAlive = false
    this.reuses++
    return undefined
  }

  /** The subject of a good access token. */
  subjectOf(accessToken) {
    const held = this.#accessTokens.get(accessToken)
    return held && held.expires > this.#now() && held.session.isAlive ? held.session.subject : undefined
  }

  /** Refuses every access token of today, whatever it says of itself. */
  refuseAccessTokens() {
    this.#accessTokens.clear()
  }

  #issue(session) {
    const expires = this.#now() + lifetime
    const accessToken = this.#token(session, expires)
    const refreshToken = this.#token(session, expires + 86_400)
    session.latest = refreshToken
    this.#refreshTokens.set(refreshToken, session.id)
    this.#accessTokens.set(accessToken, { session, expires })
    return { accessToken, refreshToken, expiresIn: lifetime, subject: session.subject }
  }

  /** Looks like a JWT, because some libraries read `exp` from both tokens. Nobody verifies it. */
  #token({ id, subject }, expires) {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const claims = { sub: subject, sid: id, session_id: id, iat: this.#now(), exp: expires, jti: randomUUID() }
    return `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ ...claims, aud: 'bench', azp: 'bench' })}.${part('unsigned')}`
  }

  #now() {
    return Math.floor(Date.now() / 1000) + this.ahead
  }
}
