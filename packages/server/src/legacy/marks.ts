import { createHash } from 'node:crypto'
import type { SessionEndings } from '../revocation/session-endings.js'
import type { CounterStore, Owner } from '../store/store.js'

/** Seconds that marks are kept beyond the last day, which a team may move. */
const beyond = 366 * 86_400

/**
 * What must be remembered for longer than a session is kept, so that no old token comes back: that it became a session once,
 * and whose sessions have all been ended. Kept as counters, because that is a facility that every store has.
 */
export function createLegacyMarks(counters: CounterStore, rules: { readonly end: number }) {
  const isSet = async (key: string, now: number) => (await counters.add(key, 0, windowAt(now))).count > 0
  const set = async (key: string, now: number) => void (await counters.add(key, 1, windowAt(now)))

  function windowAt(now: number): number {
    return Math.ceil(Math.max(0, rules.end - now) / 1000) + beyond
  }

  return {
    wasAdopted: (sid: string, now: number) => isSet(adoptedKey(sid), now),
    adopted: (sid: string, now: number) => set(adoptedKey(sid), now),
    isClosed: (owner: Owner, now: number) => isSet(closedKey(owner), now),
    /** From now on none of the person's old tokens becomes a session. */
    close: (owner: Owner, now: number) => set(closedKey(owner), now),
  }
}

export type LegacyMarks = ReturnType<typeof createLegacyMarks>

/**
 * Endings of all sessions of a person close the way for that person's old tokens too: those that have not become a session yet
 * would otherwise survive a change of the password. First the mark, so that an old token that comes at the same moment either
 * finds it, or begins a session early enough to be ended.
 */
export function markEndings(
  endings: SessionEndings,
  marks: Pick<LegacyMarks, 'close'>,
  now: () => Promise<number>,
): SessionEndings {
  return {
    ...endings,
    async endAll(owner, reason, except) {
      await marks.close(owner, await now())
      return endings.endAll(owner, reason, except)
    },
  }
}

function adoptedKey(sid: string): string {
  return `legacy adopted ${sid}`
}

/** A digest: no key tells of whom it is, and a subject may be longer than a key. */
function closedKey({ tenant, subject }: Owner): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([tenant, subject]))
    .digest('base64url')
  return `legacy closed ${digest}`
}
