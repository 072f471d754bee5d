/** Measures how long a revocation takes from the auth server to the first refusal; both servers share one clock here. */
export interface RevocationLag {
  /** Call when the auth server has ended a session. */
  ended(sid: string): void
  /** Call when the business server has refused a token of the session. */
  refused(sid: string): void
  /** Milliseconds, or null while one of the two has not happened. */
  of(sid: string): number | null
}

export function createRevocationLag(now: () => number = () => performance.now()): RevocationLag {
  const endedAt = new Map<string, number>()
  const refusedAt = new Map<string, number>()
  return {
    ended: (sid) => void endedAt.set(sid, now()),
    refused(sid) {
      if (endedAt.has(sid) && !refusedAt.has(sid)) refusedAt.set(sid, now())
    },
    of(sid) {
      const [from, to] = [endedAt.get(sid), refusedAt.get(sid)]
      return from === undefined || to === undefined ? null : to - from
    },
  }
}
