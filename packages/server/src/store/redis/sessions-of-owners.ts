import type { Session } from '../../session/session.js'
import type { Owner } from '../store.js'
import type { DriverContext } from './context.js'
import * as index from './index-scripts.js'
import { ownerName } from './names.js'
import { readRow } from './session-row.js'
import * as scripts from './session-scripts.js'

/** Reads the index of an owner's sessions, which may name sessions that have ended, or are gone, or not yet made. */
export function sessionsOfOwners({ connection, names }: DriverContext) {
  async function idsOf(owner: Owner): Promise<readonly string[]> {
    return (await connection.call(index.members, [names.sessionsOf(ownerName(owner))])) as string[]
  }

  async function read(id: string) {
    const [now, row] = (await connection.call(scripts.findSessions, [names.session(id)])) as [string, string]
    return { id, now: Number(now), session: readRow(row) }
  }

  async function aliveOf(owner: Owner): Promise<readonly Session[]> {
    const found = await Promise.all((await idsOf(owner)).map(read))
    const active: Session[] = []
    const stale: string[] = []
    for (const { id, now, session } of found) {
      if (session?.ended !== null || ownerName(session) !== ownerName(owner)) stale.push(id)
      else if (session.idleDeadline > now && session.absoluteDeadline > now) active.push(session)
    }
    await forget(owner, stale)
    return active.sort((one, other) => other.createdAt - one.createdAt)
  }

  async function forget(owner: Owner, stale: readonly string[]): Promise<void> {
    const key = names.sessionsOf(ownerName(owner))
    await Promise.all(stale.map((id) => connection.call(index.removeStale, [key], [id, index.mayBeMade])))
  }

  return { idsOf, aliveOf }
}
