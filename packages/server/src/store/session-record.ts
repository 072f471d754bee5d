import type { ReplacedBy, SessionEndReason } from '@sessionward/protocol'
import type { Session, SessionEnd, SessionOrigin, SupersededToken } from '../session/session.js'

/** A session in the form in which the drivers keep it: what conditions ask for apart, what is only carried as JSON. */
export interface SessionRecord {
  readonly generation: number
  /** 16 bytes, the caller's to keep. */
  readonly nonce: Uint8Array
  /** As {@link writeSuperseded} wrote it. */
  readonly superseded: Uint8Array
  readonly idleDeadline: number
  readonly profileFrom: number
  readonly endedAt: number | null
  readonly endedReason: SessionEndReason | null
  /** As {@link writeReplacedBy} wrote it. */
  readonly replacedBy: string | null
  /** As {@link writeOrigin} wrote it. */
  readonly origin: string
}

export function readSession(record: SessionRecord): Session {
  const origin = JSON.parse(record.origin) as Omit<SessionOrigin, 'salt'> & { readonly salt: unknown }
  const { generation, nonce, idleDeadline, profileFrom } = record
  // Not a spread: the V8 of Node 20 takes 10 us to spread an object of this size and to add to it, for each refresh.
  return Object.assign(origin, {
    salt: new Uint8Array(Buffer.from(origin.salt as string, 'base64url')),
    generation,
    nonce,
    superseded: readSuperseded(record.superseded),
    idleDeadline,
    profileFrom,
    ended: readEnd(record),
  })
}

function readEnd({ endedAt, endedReason, replacedBy }: SessionRecord): SessionEnd | null {
  if (endedAt === null) return null
  const end = { reason: endedReason!, at: endedAt }
  return replacedBy === null ? end : { ...end, replacedBy: JSON.parse(replacedBy) as ReplacedBy }
}

/** JSON; null where there is nothing to keep. */
export function writeReplacedBy(replacedBy: ReplacedBy | undefined): string | null {
  return replacedBy === undefined ? null : JSON.stringify(replacedBy)
}

/** What never changes in a session, as JSON. */
export function writeOrigin(session: Session): string {
  const { generation, nonce, superseded, idleDeadline, profileFrom, ended, salt, ...origin } = session
  return JSON.stringify({ ...origin, salt: Buffer.from(salt).toString('base64url') })
}

/** One after the other: generation(u32) | nonce(8) | at(f64), big-endian. */
const at = { generation: 0, nonce: 4, at: 12, end: 20 } as const

export function writeSuperseded(tokens: readonly SupersededToken[]): Uint8Array {
  const bytes = Buffer.alloc(tokens.length * at.end)
  for (const [index, token] of tokens.entries()) {
    const start = index * at.end
    if (token.nonce.length !== at.at - at.nonce)
      throw new RangeError('a superseded token must have 8 bytes of its nonce')
    bytes.writeUInt32BE(token.generation, start + at.generation)
    bytes.set(token.nonce, start + at.nonce)
    bytes.writeDoubleBE(token.at, start + at.at)
  }
  return bytes
}

function readSuperseded(stored: Uint8Array): SupersededToken[] {
  const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.length)
  const tokens: SupersededToken[] = []
  for (let start = 0; start < bytes.length; start += at.end) {
    tokens.push({
      generation: bytes.readUInt32BE(start + at.generation),
      nonce: new Uint8Array(bytes.subarray(start + at.nonce, start + at.at)),
      at: bytes.readDoubleBE(start + at.at),
    })
  }
  return tokens
}
