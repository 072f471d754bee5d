import type { RevocationEntry } from '@sessionward/protocol'

/**
 * The entries that every subscriber has received, so that the overlap of two polls is not sent again and again.
 *
 * Holds only what this node wrote or read from the store. An entry from the relay is not recorded: anybody who can announce
 * could otherwise suppress a revocation.
 */
export class DeliveredEntries {
  readonly #byKey = new Map<string, RevocationEntry>()

  /** Whether the entry says nothing beyond what subscribers have received. */
  has(entry: RevocationEntry): boolean {
    const delivered = this.#byKey.get(keyOf(entry))
    if (!delivered || delivered.expires < entry.expires) return false
    return !('pv' in delivered && 'pv' in entry && delivered.pv < entry.pv)
  }

  /** Records the entries. @returns those that were not delivered before. */
  add(entries: readonly RevocationEntry[]): RevocationEntry[] {
    const fresh = entries.filter((entry) => !this.has(entry))
    for (const entry of fresh) this.#byKey.set(keyOf(entry), entry)
    return fresh
  }

  /** @param now Milliseconds on the store's clock. */
  deleteExpired(now: number): void {
    for (const [key, { expires }] of this.#byKey) if (expires * 1000 <= now) this.#byKey.delete(key)
  }

  clear(): void {
    this.#byKey.clear()
  }
}

function keyOf(entry: RevocationEntry): string {
  return 'sid' in entry ? `sid ${entry.sid}` : `sub ${JSON.stringify([entry.tenant, entry.sub])}`
}
