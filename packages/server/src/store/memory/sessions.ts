import { randomBytes } from 'node:crypto'
import type { ReplacedBy, RevocationEntry, SessionEndReason } from '@sessionward/protocol'
import { dateSupersessions } from '../../session/rotation.js'
import type { ConfirmedToken, Session } from '../../session/session.js'
import { copyOf } from '../driver/copy-of.js'
import { changedProfile, expiryOf } from '../driver/revocation-entry.js'
import { readSuperseded, writeSuperseded } from '../driver/superseded.js'
import type { Owner, SessionStore } from '../store.js'
import { ownerKey } from './owner-key.js'

export function memorySessions(now: () => number): SessionStore {
  const epoch = randomBytes(16).toString('base64url')
  const sessions = new Map<string, StoredSession>()
  const idsByOwner = new Map<string, Set<string>>()
  const lastOrdinals = new Map<string, number>()
  let entries: WrittenEntry[] = []

  function activeOf(owner: Owner): StoredSession[] {
    const ids = [...(idsByOwner.get(ownerKey(owner)) ?? [])]
    return ids.map((id) => sessions.get(id)!).filter((session) => session.ended === null)
  }

  function addEntry(entry: RevocationEntry): RevocationEntry {
    entries.push({ entry, writtenAt: now() })
    return copyOf(entry)
  }

  function end(
    session: StoredSession,
    reason: SessionEndReason,
    retention: number,
    replacedBy?: ReplacedBy,
  ): RevocationEntry {
    const detail = replacedBy && { replacedBy: copyOf(replacedBy) }
    sessions.set(session.id, { ...session, ended: { reason, at: now(), ...detail } })
    return addEntry({ sid: session.id, reason, expires: expiryOf(now(), retention) })
  }

  function deleteSession(session: StoredSession): void {
    sessions.delete(session.id)
    const key = ownerKey(session)
    const ids = idsByOwner.get(key)
    ids?.delete(session.id)
    if (ids?.size !== 0) return
    idsByOwner.delete(key)
    lastOrdinals.delete(key)
  }

  return {
    async create(session, ordinal) {
      if (sessions.has(session.id)) throw new Error('a session with this id already exists')
      const key = ownerKey(session)
      if (ordinal !== undefined) {
        if (ordinal <= (lastOrdinals.get(key) ?? 0)) return 'taken'
        lastOrdinals.set(key, ordinal)
      }
      sessions.set(session.id, { ...copyOf(session), superseded: writeSuperseded(session.superseded) })
      idsByOwner.set(key, (idsByOwner.get(key) ?? new Set()).add(session.id))
      return 'created'
    },

    async lastOrdinal(owner) {
      return lastOrdinals.get(ownerKey(owner)) ?? 0
    },

    async find(id) {
      const session = sessions.get(id)
      return { session: session ? sessionOf(session) : null, now: now() }
    },

    async confirm(id, expected, next) {
      const session = sessions.get(id)
      if (!session || !isStill(session, expected)) return 'lost'
      const idleDeadline = Math.max(session.idleDeadline, next.idleDeadline)
      const superseded = writeSuperseded(dateSupersessions(next.superseded, next.decidedAt, now()))
      const { generation, nonce } = next
      // Not a spread, which takes three times as long: nobody else has this object, because `find` returns copies.
      Object.assign(session, { generation, nonce: new Uint8Array(nonce), superseded, idleDeadline })
      return 'confirmed'
    },

    async touch(id, expected, idleDeadline) {
      const session = sessions.get(id)
      if (!session || !isStill(session, expected)) return 'lost'
      sessions.set(id, { ...session, idleDeadline: Math.max(session.idleDeadline, idleDeadline) })
      return 'touched'
    },

    async revoke(id, reason, retention, replacedBy) {
      const session = sessions.get(id)
      return session && session.ended === null ? end(session, reason, retention, replacedBy) : null
    },

    async revokeBySubject(owner, reason, retention, except) {
      const others = activeOf(owner).filter((session) => session.id !== except)
      return others.map((session) => end(session, reason, retention))
    },

    async listBySubject(owner) {
      const at = now()
      const alive = activeOf(owner).filter((session) => lastMoment(session) > at)
      return alive.sort((one, other) => other.createdAt - one.createdAt).map(sessionOf)
    },

    async outdateProfile(owner, gracePeriod) {
      const from = now() + gracePeriod * 1000
      for (const session of activeOf(owner)) {
        sessions.set(session.id, { ...session, profileFrom: Math.max(session.profileFrom, from) })
      }
    },

    async recordProfileChange(owner, version, retention) {
      return addEntry(changedProfile(owner, version, expiryOf(now(), retention)))
    },

    async revokedSince(from) {
      const at = now()
      const found = entries.filter((one) => !hasExpired(one, at) && (from === null || one.writtenAt >= from))
      return { epoch, now: at, entries: copyOf(found.map((one) => one.entry)) }
    },

    async deleteExpired(retention, limit) {
      const at = now()
      const over = [...sessions.values()].filter((session) => lastMoment(session) < at - retention * 1000)
      const deleted = over.slice(0, limit)
      for (const session of deleted) deleteSession(session)
      entries = entries.filter((one) => !hasExpired(one, at))
      return deleted.length
    },
  }
}

/** The superseded tokens as bytes, because they are up to 32 objects, which each refresh would copy twice. */
type StoredSession = Omit<Session, 'superseded'> & { readonly superseded: Uint8Array }

/** A copy. */
function sessionOf(stored: StoredSession): Session {
  const copied = copyOf(stored)
  return Object.assign(copied, { superseded: readSuperseded(copied.superseded) })
}

interface WrittenEntry {
  readonly entry: RevocationEntry
  readonly writtenAt: number
}

function hasExpired(written: WrittenEntry, now: number): boolean {
  return written.entry.expires * 1000 <= now
}

function lastMoment(session: StoredSession): number {
  return Math.min(session.idleDeadline, session.absoluteDeadline, session.ended?.at ?? Number.POSITIVE_INFINITY)
}

function isStill(session: StoredSession, expected: Pick<ConfirmedToken, 'generation' | 'nonce'>): boolean {
  if (session.ended !== null || session.generation !== expected.generation) return false
  return Buffer.compare(session.nonce, expected.nonce) === 0
}
