import { type RevokedSession, sessionEndReasons } from '@sessionward/protocol'

/** The last bits of a number hold the reason, so that an expiry is a multiple of this many seconds. */
const step = 16

/** A later expiry would have no room for a reason: numbers are whole and exact up to 2^53. */
const latest = 2 ** 52

/**
 * Revoked sessions in little memory: a million take about 70 MB. Each is one number, its expiry rounded up by less than 16
 * seconds, and its reason. An entry that counts a little longer does no harm: the session has ended.
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
   * A session ends once: the first reason stays, and the latest expiry.
   *
   * @returns whether it was not known
   */
  add({ sid, reason, expires }: RevokedSession): boolean {
    const known = this.#sessions.get(sid)
    const rounded = Math.ceil(Math.min(expires, latest) / step) * step
    if (known === undefined) this.#sessions.set(sid, rounded + sessionEndReasons.indexOf(reason))
    else if (expiryOf(known) < rounded) this.#sessions.set(sid, rounded + known - expiryOf(known))
    return known === undefined
  }

  deleteUnless(isKept: (expires: number) => boolean): void {
    for (const [sid, session] of this.#sessions) if (!isKept(expiryOf(session))) this.#sessions.delete(sid)
  }
}

function expiryOf(session: number): number {
  return Math.floor(session / step) * step
}
