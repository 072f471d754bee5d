/** A refresh token by its place in the family, and not by its bytes. */
export interface Minted {
  readonly sid: string
  readonly id: number
  readonly generation: number
  /** The confirmed token whose child it is; null at sign-in. */
  readonly parent: number | null
}

const idle = 14 * 86_400_000
const absolute = 90 * 86_400_000
const touchEvery = 60_000
const racedWindow = 10_000
const remembered = { always: 4, atMost: 32 }

/**
 * What docs/rotation.md says of a bearer session, a second time and in other terms than the code: tokens are known by where
 * they come from.
 */
export class SessionModel {
  readonly sid: string
  readonly absoluteDeadline: number
  confirmed: Minted
  superseded: readonly { readonly token: Minted; readonly at: number }[] = []
  idleDeadline: number
  ended: string | null = null
  confirmations = 0

  constructor(first: Minted, now: number) {
    this.sid = first.sid
    this.confirmed = first
    this.absoluteDeadline = now + absolute
    this.idleDeadline = now + idle
  }

  /** Whether a genuine token of the session, whatever its generation, still counts for anything. */
  isAlive(now: number): boolean {
    return this.ended === null && now < this.idleDeadline && now < this.absoluteDeadline
  }

  end(reason: string, now: number): void {
    if (this.ended === null && now >= 0) this.ended = reason
  }

  /** What a presented token is answered with; the state follows. */
  present(token: Minted, now: number): string {
    if (this.ended !== null) return this.ended
    if (now >= this.absoluteDeadline) return 'session_expired'
    if (now >= this.idleDeadline) return 'refresh_token_expired'
    if (token.id === this.confirmed.id) return this.#granted(now, touchEvery)
    if (token.parent === this.confirmed.id) {
      this.superseded = [{ token: this.confirmed, at: now }, ...this.superseded]
        .slice(0, remembered.atMost)
        .filter(({ at }, index) => index < remembered.always || now - at <= racedWindow)
      this.confirmed = token
      this.confirmations++
      return this.#granted(now, 0)
    }
    if (this.#isRaced(token, now)) return 'refresh_raced'
    this.ended = 'refresh_token_reused'
    return this.ended
  }

  #isRaced(token: Minted, now: number): boolean {
    return this.superseded.some(
      (earlier) =>
        now - earlier.at <= racedWindow && (earlier.token.id === token.id || earlier.token.id === token.parent),
    )
  }

  #granted(now: number, unless: number): string {
    const next = Math.min(now + idle, this.absoluteDeadline)
    if (next - this.idleDeadline >= unless) this.idleDeadline = Math.max(this.idleDeadline, next)
    return 'granted'
  }
}
