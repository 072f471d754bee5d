import type { SessionEndReason } from '@sessionward/protocol'
import type { Session, SessionOrigin, SupersededToken } from '../../session/session.js'
import type { Row } from './connection.js'
import { readJson } from './part.js'

/** What {@link readSession} needs of a row. */
export const sessionColumns = 'generation, nonce, superseded, idle_deadline, ended_at, ended_reason, origin'

export function readSession(row: Row): Session {
  const origin = readJson<Omit<SessionOrigin, 'salt'> & { readonly salt: unknown }>(row.origin)
  // Not a spread: the V8 of Node 20 takes 10 us to spread an object of this size and to add to it, for each refresh.
  return Object.assign(origin, {
    salt: new Uint8Array(Buffer.from(origin.salt as string, 'base64url')),
    generation: row.generation as number,
    nonce: row.nonce as Uint8Array,
    superseded: readSuperseded(row.superseded as Uint8Array),
    idleDeadline: row.idle_deadline as number,
    ended: row.ended_at === null ? null : { reason: row.ended_reason as SessionEndReason, at: row.ended_at as number },
  })
}

/** What never changes in a session, as JSON. */
export function writeOrigin(session: Session): string {
  const { generation, nonce, superseded, idleDeadline, ended, salt, ...origin } = session
  return JSON.stringify({ ...origin, salt: Buffer.from(salt).toString('base64url') })
}

/** One after the other: generation(u32) | nonce(8) | at(f64), big-endian. */
const at = { generation: 0, nonce: 4, at: 12, end: 20 } as const

export function writeSuperseded(tokens: readonly SupersededToken[]): Uint8Array {
  const bytes = Buffer.alloc(tokens.length * at.end)
  for (const [index, token] of tokens.entries()) {
    const start = index * at.end
    if (token.nonce.length !== at.at - at.nonce) throw new RangeError('a superseded token keeps 8 bytes of its nonce')
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
