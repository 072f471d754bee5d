import type { ReplacedBy, SessionEndReason } from '@sessionward/protocol'
import type { ConfirmedToken, Session } from '../../session/session.js'
import { readSession, writeOrigin, writeReplacedBy, writeSuperseded } from '../driver/session-record.js'
import { ownerName } from './names.js'

/** Byte offsets in what {@connection writeSuperseded} writes. */
const at = { instant: 12, end: 20 } as const

/**
 * The fields of a session's hash that {@connection readRow} reads, in its order. All but the origin are texts without blanks.
 *
 * `token` is generation and nonce, which are compared together. Supersessions that are dated at the write have no instant
 * of their own, but that of `dated`, which the script takes from the server's clock.
 */
export const rowFields = [
  'token',
  'superseded',
  'dated',
  'idle',
  'profile',
  'ended',
  'reason',
  'replacedBy',
  'origin',
] as const

/** The fields of a new session and their values, in turn. `ended` is empty while it is active. */
export function fieldsOf(session: Session): readonly string[] {
  return Object.entries({
    token: tokenOf(session),
    superseded: supersededOf(session),
    dated: '0',
    idle: `${session.idleDeadline}`,
    absolute: `${session.absoluteDeadline}`,
    profile: `${session.profileFrom}`,
    ended: session.ended ? `${session.ended.at}` : '',
    reason: session.ended?.reason ?? '',
    replacedBy: replacedByOf(session.ended?.replacedBy),
    owner: ownerName(session),
    entry: '',
    origin: writeOrigin(session),
  }).flat()
}

export function tokenOf({ generation, nonce }: Pick<ConfirmedToken, 'generation' | 'nonce'>): string {
  return `${generation}.${base64url(nonce)}`
}

export function supersededOf(confirmed: ConfirmedToken & { readonly decidedAt?: number }): string {
  const tokens = confirmed.superseded.map((token) =>
    token.at === confirmed.decidedAt ? { ...token, at: Number.NaN } : token,
  )
  return base64url(writeSuperseded(tokens))
}

/** In base64url, for a name may contain blanks and braces; empty where there is nothing. */
export function replacedByOf(replacedBy: ReplacedBy | undefined): string {
  return Buffer.from(writeReplacedBy(replacedBy) ?? '').toString('base64url')
}

/** @param row Its fields with a blank between each; empty where there is no such session. */
export function readRow(row: string): Session | null {
  if (row === '') return null
  const origin = row.indexOf('{')
  const [token, superseded, dated, idle, profile, ended, reason, replacedBy] = row.slice(0, origin).split(' ')
  const dot = token!.indexOf('.')
  return readSession({
    generation: Number(token!.slice(0, dot)),
    nonce: new Uint8Array(Buffer.from(token!.slice(dot + 1), 'base64url')),
    superseded: dateMarked(Buffer.from(superseded!, 'base64url'), Number(dated)),
    idleDeadline: Number(idle),
    profileFrom: Number(profile),
    endedAt: ended === '' ? null : Number(ended),
    endedReason: ended === '' ? null : (reason as SessionEndReason),
    replacedBy: replacedBy === '' ? null : Buffer.from(replacedBy!, 'base64url').toString(),
    origin: row.slice(origin),
  })
}

function dateMarked(superseded: Buffer, dated: number): Uint8Array {
  for (let start = 0; start < superseded.length; start += at.end) {
    const marked = Number.isNaN(superseded.readDoubleBE(start + at.instant))
    if (marked) superseded.writeDoubleBE(dated, start + at.instant)
  }
  return superseded
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url')
}
