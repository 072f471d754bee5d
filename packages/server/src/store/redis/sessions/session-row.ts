import type { ReplacedBy, SessionEndReason } from '@sessionward/protocol'
import type { ConfirmedToken, Session } from '../../../session/session.js'
import { type NewSessionRecord, readSession, writeReplacedBy } from '../../driver/session-record.js'
import { primaryOnly, script } from '../script.js'

/**
 * Reads sessions.
 *
 * @returns the clock, and of each session the fields that {@link readRow} reads, separated by spaces; empty where there is none.
 */
export const readSessions = script(`${primaryOnly}
local rows = { decimal(now()) }
for index, key in ipairs(KEYS) do
  local fields = redis.call('HMGET', key,
    'token', 'superseded', 'supersededAt', 'idle', 'profile', 'ended', 'reason', 'replacedBy', 'origin')
  rows[index + 1] = fields[1] and table.concat(fields, ' ') or ''
end
return rows
`)

/** The fields of a new session and their values, in turn. Only the origin may contain spaces. */
export function fieldsOf(owner: string, record: NewSessionRecord): readonly string[] {
  return Object.entries({
    token: tokenOf(record),
    superseded: base64url(record.superseded),
    supersededAt: '0',
    idle: `${record.idleDeadline}`,
    absolute: `${record.absoluteDeadline}`,
    profile: `${record.profileFrom}`,
    // Empty while it is active.
    ended: `${record.endedAt ?? ''}`,
    reason: record.endedReason ?? '',
    replacedBy: base64urlOf(record.replacedBy),
    owner,
    entry: '',
    origin: record.origin,
  }).flat()
}

/** Generation and nonce, which are compared together. */
export function tokenOf({ generation, nonce }: Pick<ConfirmedToken, 'generation' | 'nonce'>): string {
  return `${generation}.${base64url(nonce)}`
}

export function replacedByOf(replacedBy: ReplacedBy | undefined): string {
  return base64urlOf(writeReplacedBy(replacedBy))
}

/** In base64url, because a name may contain spaces and braces; empty if there is nothing. */
function base64urlOf(json: string | null): string {
  return Buffer.from(json ?? '').toString('base64url')
}

export function readRow(row: string): Session | null {
  if (row === '') return null
  const origin = row.indexOf('{')
  const [token, superseded, supersededAt, idle, profile, ended, reason, replacedBy] = row.slice(0, origin).split(' ')
  const dot = token!.indexOf('.')
  return readSession({
    generation: Number(token!.slice(0, dot)),
    nonce: new Uint8Array(Buffer.from(token!.slice(dot + 1), 'base64url')),
    superseded: Buffer.from(superseded!, 'base64url'),
    supersededAt: Number(supersededAt),
    idleDeadline: Number(idle),
    profileFrom: Number(profile),
    endedAt: ended === '' ? null : Number(ended),
    endedReason: ended === '' ? null : (reason as SessionEndReason),
    replacedBy: replacedBy === '' ? null : Buffer.from(replacedBy!, 'base64url').toString(),
    origin: row.slice(origin),
  })
}

export function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url')
}
