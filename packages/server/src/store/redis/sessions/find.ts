import type { Session } from '../../../session/session.js'
import type { Owner, SessionStore } from '../../store.js'
import type { DriverContext } from '../context.js'
import * as index from '../indexes.js'
import { ownerName } from '../names.js'
import { readRow, readSessions } from './session-row.js'

export function findSessions(context: DriverContext): Pick<SessionStore, 'find' | 'listBySubject'> {
  const { run, batched, names } = context
  const findRow = batched(readSessions)

  async function find(id: string) {
    const [now, row] = await findRow(names.session(id))
    return { session: readRow(row as string), now: Number(now) }
  }

  return {
    find,

    async listBySubject(owner) {
      const ids = await sessionIdsOf(context, owner)
      const found = await Promise.all(ids.map(async (id) => ({ id, ...(await find(id)) })))
      const active: Session[] = []
      const stale: string[] = []
      for (const { id, now, session } of found) {
        if (session?.ended !== null || ownerName(session) !== ownerName(owner)) stale.push(id)
        else if (session.idleDeadline > now && session.absoluteDeadline > now) active.push(session)
      }
      const key = names.sessionsOf(ownerName(owner))
      await Promise.all(stale.map((id) => run(index.removeStale, [key], [id, index.staleAfter])))
      return active.sort((one, other) => other.createdAt - one.createdAt)
    },
  }
}

/** The index of an owner's sessions may list sessions that have ended, were deleted, or are not created yet. */
export async function sessionIdsOf({ run, names }: DriverContext, owner: Owner): Promise<readonly string[]> {
  return (await run(index.members, [names.sessionsOf(ownerName(owner))])) as string[]
}
