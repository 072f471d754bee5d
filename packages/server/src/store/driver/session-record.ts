import type { ReplacedBy, SessionEndReason } from '@sessionward/protocol'
import { dateSupersessions } from '../../session/rotation.js'
import type { ConfirmedToken, Session, SessionEnd, SessionOrigin, SupersededToken } from '../../session/session.js'

/** A session as the drivers keep it: what conditions compare in fields of its own, what is only carried as JSON. */
export interface SessionRecord {
  readonly generation: number
  /** 16 bytes. A copy, because a small Buffer is a view of a pool that many share. */
  readonly nonce: Uint8Array
  /** As {@link writeSuperseded} or {@link writeConfirmation} wrote it. */
  readonly superseded: Uint8Array
  /** The instant of the latest confirmation on the store's clock, where the driver uses {@link writeConfirmation}. */
  readonly supersededAt?: number
  readonly idleDeadline: number
  readonly profileFrom: number
  readonly endedAt: number | null
  readonly endedReason: SessionEndReason | null
  /** As {@link writeReplacedBy} wrote it. */
  readonly replacedBy: string | null
  /** As {@link writeOrigin} wrote it. */
  readonly origin: string
}

/** What a driver writes of a new session, its id and its owner excepted. */
export interface NewSessionRecord extends Omit<SessionRecord, 'supersededAt'> {
  readonly createdAt: number
  readonly absoluteDeadline: number
  /** When to examine whether the session is over: not later than its end. */
  readonly sweepAt: number
}

export function writeSession(session: Session): NewSessionRecord {
  const { createdAt, generation, nonce, idleDeadline, absoluteDeadline, profileFrom, ended } = session
  return {
    createdAt,
    generation,
    // A copy, because the caller may change its bytes while the statement waits for a connection.
    nonce: Uint8Array.from(nonce),
    superseded: writeSuperseded(session.superseded),
    idleDeadline,
    absoluteDeadline,
    profileFrom,
    endedAt: ended?.at ?? null,
    endedReason: ended?.reason ?? null,
    replacedBy: writeReplacedBy(ended?.replacedBy),
    sweepAt: Math.min(idleDeadline, absoluteDeadline, ended?.at ?? Number.POSITIVE_INFINITY),
    origin: writeOrigin(session),
  }
}

export function readSession(record: SessionRecord): Session {
  const origin = JSON.parse(record.origin) as Omit<SessionOrigin, 'salt'> & { readonly salt: unknown }
  const { generation, nonce, idleDeadline, profileFrom } = record
  // Not a spread: the V8 of Node 20 takes 10 us to spread an object of this size and to add to it, for each refresh.
  return Object.assign(origin, {
    salt: new Uint8Array(Buffer.from(origin.salt as string, 'base64url')),
    generation,
    nonce,
    superseded: readSuperseded(record.superseded, record.supersededAt ?? Number.NaN),
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

/** JSON; null if there is nothing to keep. */
export function writeReplacedBy(replacedBy: ReplacedBy | undefined): string | null {
  return replacedBy === undefined ? null : JSON.stringify(replacedBy)
}

/** What never changes in a session, as JSON. */
export function writeOrigin(session: Session): string {
  const { generation, nonce, superseded, idleDeadline, profileFrom, ended, salt, ...origin } = session
  return JSON.stringify({ ...origin, salt: Buffer.from(salt).toString('base64url') })
}

/** One after the other: generation(u32) | nonce(8) | at(f64), big-endian. */
const layout = { generation: 0, nonce: 4, at: 12, length: 20 } as const

export function writeSuperseded(tokens: readonly SupersededToken[]): Uint8Array {
  const bytes = Buffer.alloc(tokens.length * layout.length)
  for (const [index, token] of tokens.entries()) {
    const start = index * layout.length
    if (token.nonce.length !== layout.at - layout.nonce)
      throw new RangeError('a superseded token must have 8 bytes of its nonce')
    bytes.writeUInt32BE(token.generation, start + layout.generation)
    bytes.set(token.nonce, start + layout.nonce)
    bytes.writeDoubleBE(token.at, start + layout.at)
  }
  return bytes
}

/**
 * The superseded tokens of a confirmation whose instant only the database knows: those dated `decidedAt` are written without
 * an instant, and the driver writes its clock beside them, as `supersededAt`.
 */
export function writeConfirmation(next: ConfirmedToken & { readonly decidedAt?: number }): Uint8Array {
  return writeSuperseded(dateSupersessions(next.superseded, next.decidedAt, Number.NaN))
}

function readSuperseded(stored: Uint8Array, supersededAt: number): SupersededToken[] {
  const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.length)
  const tokens: SupersededToken[] = []
  for (let start = 0; start < bytes.length; start += layout.length) {
    const at = bytes.readDoubleBE(start + layout.at)
    tokens.push({
      generation: bytes.readUInt32BE(start + layout.generation),
      nonce: new Uint8Array(bytes.subarray(start + layout.nonce, start + layout.at)),
      at: Number.isNaN(at) ? supersededAt : at,
    })
  }
  return tokens
}
