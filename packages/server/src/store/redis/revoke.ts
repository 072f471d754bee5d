import type { ReplacedBy, RevocationEntry, SessionEndReason } from '@sessionward/protocol'
import type { Owner } from '../store.js'
import { callName } from './connection.js'
import type { DriverContext } from './context.js'
import * as index from './index-scripts.js'
import { ownerName, shardOf } from './names.js'
import { replacedByOf } from './session-row.js'
import * as scripts from './session-scripts.js'

/**
 * The entry stands in another slot than the session, so there is no transaction over both. In turn: what the entry will
 * be is put down in the session; the entry is written; the session ends. Who dies between leaves an active session whose
 * access tokens are refused, and the next call goes on from there. All who revoke at once agree on one entry, and one of
 * them ends the session.
 */
export function revoker({ connection, names, log }: DriverContext) {
  async function revoke(
    id: string,
    reason: SessionEndReason,
    keepFor: number,
    owner = '',
    replacedBy?: ReplacedBy,
  ): Promise<RevocationEntry | null> {
    const call = callName()
    const key = names.session(id)
    for (;;) {
      const announced = (await connection.call(scripts.announceEnd, [key], [owner, reason, keepFor])) as string
      if (announced === '') return null
      const entry = entryOf(id, announced)
      await log.keep(`session ${id}`, entry)
      const end = [call, announced, replacedByOf(replacedBy)]
      const [outcome, whose] = (await connection.call(scripts.endSession, [key], end)) as [string, string]
      // Another caller's entry expires later: that one is to stand before the session ends.
      if (outcome === 'changed') continue
      if (outcome !== 'ended') return null
      await forgetActive(id, whose)
      return entry
    }
  }

  /** The session has ended, whatever happens here: what stays behind is found by the sweep. */
  async function forgetActive(id: string, owner: string): Promise<void> {
    await Promise.allSettled([
      connection.call(index.remove, [names.sessionsOf(owner)], [id]),
      log.now().then((now) => connection.call(index.enterEarlier, [names.sweep(shardOf(id))], [id, now])),
    ])
  }

  async function revokeAll(
    ids: readonly string[],
    owner: Owner,
    reason: SessionEndReason,
    keepFor: number,
  ): Promise<RevocationEntry[]> {
    const entries = await Promise.all(ids.map((id) => revoke(id, reason, keepFor, ownerName(owner))))
    return entries.filter((entry) => entry !== null)
  }

  return { revoke, revokeAll }
}

function entryOf(sid: string, announced: string): RevocationEntry {
  const [expires, reason] = announced.split(' ')
  return { sid, reason: reason as SessionEndReason, expires: Number(expires) }
}
