import { type RevocationEntry, readRevocationEntries } from '@sessionward/protocol'

/** A notification holds less than 8,000 bytes. */
const maxBytes = 7900

/**
 * Entries as payloads of notifications, as few as possible. An entry that is too long for a payload is left to polling.
 */
export function payloadsOf(entries: readonly RevocationEntry[]): string[] {
  const payloads: string[] = []
  let open: string[] = []
  let size = 0
  for (const text of entries.map((entry) => JSON.stringify(entry))) {
    const bytes = Buffer.byteLength(text) + 1
    if (bytes + 1 > maxBytes) continue
    if (size + bytes + 1 > maxBytes) {
      payloads.push(`[${open.join(',')}]`)
      open = []
      size = 0
    }
    open.push(text)
    size += bytes
  }
  if (open.length > 0) payloads.push(`[${open.join(',')}]`)
  return payloads
}

/** The entries of a notification. Any user of the database can send notifications, with any content. */
export function readPayload(payload: string): RevocationEntry[] {
  return readRevocationEntries(parse(payload))
}

/** The id of a probe; undefined if the payload is not a probe. */
export function readProbe(payload: string): string | undefined {
  const { probe } = (parse(payload) ?? {}) as { readonly probe?: unknown }
  return typeof probe === 'string' ? probe : undefined
}

function parse(payload: string): unknown {
  try {
    return JSON.parse(payload)
  } catch {
    return undefined
  }
}
