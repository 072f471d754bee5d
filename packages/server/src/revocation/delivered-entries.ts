import type { RevocationEntry } from '@sessionward/protocol'

/**
 * The entries that every subscriber has received, so that overlapping polls do not deliver them again.
 *
 * Contains only entries that this node wrote or read from the store. Entries from the relay are not recorded: a forged
 * announcement could otherwise suppress a revocation.
 */
export class DeliveredEntries {
  readonly #byKey = new Map<string, RevocationEntry>()

  /** Whether subscribers have received this entry, or one that includes it. */
  has(entry: RevocationEntry): boolean {
    const delivered = this.#byKey.get(keyOf(entry))
    if (!delivered || delivered.expires < entry.expires) return false
    return !('pv' in delivered && 'pv' in entry && delivered.pv < entry.pv)
  }

  /** Records the entries. @returns those that were not delivered before. */
  add(entries: readonly RevocationEntry[]): RevocationEntry[] {
    const newEntries = entries.filter((entry) => !this.has(entry))
    for (const entry of newEntries) this.#byKey.set(keyOf(entry), entry)
    return newEntries
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
