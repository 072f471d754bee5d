import { type RevokedSession, sessionEndReasons } from '@sessionward/protocol'

/** The low 4 bits of a number hold the reason, so expiries are multiples of 16 seconds. */
const expiryStep = 16

/** Integers are exact up to 2^53, which must leave room for the reason. */
const maxExpiry = 2 ** 52

/**
 * Revoked sessions in compact form: a million take about 70 MB. Each is one number that holds the reason and the expiry,
 * rounded up by less than 16 seconds, which is harmless because the session has ended.
 */
export class RevokedSessions {
  readonly #sessions = new Map<string, number>()

  get size(): number {
    return this.#sessions.size
  }

  get(sid: string): Omit<RevokedSession, 'sid'> | undefined {
    const known = this.#sessions.get(sid)
    if (known === undefined) return undefined
    const expires = expiryOf(known)
    return { expires, reason: sessionEndReasons[known - expires]! }
  }

  /**
   * Keeps the first reason and the latest expiry of a session that is added twice.
   *
   * @returns whether the session is new
   */
  add({ sid, reason, expires }: RevokedSession): boolean {
    const known = this.#sessions.get(sid)
    const rounded = Math.ceil(Math.min(expires, maxExpiry) / expiryStep) * expiryStep
    if (known === undefined) this.#sessions.set(sid, rounded + sessionEndReasons.indexOf(reason))
    else if (expiryOf(known) < rounded) this.#sessions.set(sid, rounded + known - expiryOf(known))
    return known === undefined
  }

  deleteUnless(isKept: (expires: number) => boolean): void {
    for (const [sid, session] of this.#sessions) if (!isKept(expiryOf(session))) this.#sessions.delete(sid)
  }
}

function expiryOf(session: number): number {
  return Math.floor(session / expiryStep) * expiryStep
}
