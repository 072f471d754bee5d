import { createHash } from 'node:crypto'
import type { SessionEndings } from '../revocation/session-endings.js'
import type { CounterStore, Owner } from '../store/store.js'

/** Seconds that records are kept after the last day, because `until` may be postponed. */
const extraRetention = 366 * 86_400

/**
 * Records for longer than a session is stored which legacy tokens became sessions, and whose sessions have all been ended, so that no
 * legacy token can be used again. Stored as counters, which every store supports.
 */
export function createAdoptionRecords(counters: CounterStore, rules: { readonly end: number }) {
  const isSet = async (key: string, now: number) => (await counters.add(key, 0, windowAt(now))).count > 0
  const set = async (key: string, now: number) => void (await counters.add(key, 1, windowAt(now)))

  function windowAt(now: number): number {
    return Math.ceil(Math.max(0, rules.end - now) / 1000) + extraRetention
  }

  return {
    wasAdopted: (sid: string, now: number) => isSet(adoptedKey(sid), now),
    recordAdopted: (sid: string, now: number) => set(adoptedKey(sid), now),
    isBlocked: (owner: Owner, now: number) => isSet(blockedKey(owner), now),
    /** No legacy token of the person becomes a session from now on. */
    block: (owner: Owner, now: number) => set(blockedKey(owner), now),
  }
}

export type AdoptionRecords = ReturnType<typeof createAdoptionRecords>

/**
 * Makes `endAll` invalidate the person's legacy tokens too, which would otherwise survive a password change. The record is written first, so
 * that a concurrent adoption either finds the record or starts its session early enough to be ended.
 */
export function blockOnEndAll(
  endings: SessionEndings,
  records: Pick<AdoptionRecords, 'block'>,
  now: () => Promise<number>,
): SessionEndings {
  return {
    ...endings,
    async endAll(owner, reason, except) {
      await records.block(owner, await now())
      return endings.endAll(owner, reason, except)
    },
  }
}

function adoptedKey(sid: string): string {
  return `legacy adopted ${sid}`
}

/** A digest, so that keys do not reveal the subject, which may also be longer than a key. */
function blockedKey({ tenant, subject }: Owner): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([tenant, subject]))
    .digest('base64url')
  return `legacy closed ${digest}`
}
