import type { Owner } from '../store.js'
import * as scripts from './account-scripts.js'
import type { DriverContext } from './context.js'
import { makeWithin, mayBeMade } from './index-scripts.js'

/** A username that was taken for an account. */
export interface Taken {
  readonly key: string
  readonly holder: string
  /** Instant until which the account is to be made. */
  readonly until: number
}

/**
 * Usernames stand in slots of their own: first a username is taken, then its account is made. Who dies between leaves a
 * username without an account, which another may take when some minutes are over.
 */
export function usernames(
  { connection, names }: DriverContext,
  isAccount: (owner: Owner, usernameKey: string) => Promise<boolean>,
) {
  async function take(owner: Owner, usernameKey: string, call: string): Promise<Taken | null> {
    const key = names.username(owner.tenant, usernameKey)
    for (let expected = ''; ; ) {
      const answer = await connection.call(scripts.takeUsername, [key], [call, owner.subject, expected])
      const [holder, time] = answer as readonly [string, string]
      const { at, by, subject } = parse(holder)
      if (by === call) return { key, holder, until: at + makeWithin }
      const abandoned = Number(time) > at + mayBeMade && !(await isAccount({ ...owner, subject }, usernameKey))
      if (!abandoned) return null
      expected = holder
    }
  }

  async function free({ key, holder }: Taken): Promise<void> {
    await connection.call(scripts.freeUsername, [key], [holder])
  }

  async function subjectOf(tenant: string, usernameKey: string): Promise<string | null> {
    const holder = (await connection.call(scripts.findUsername, [names.username(tenant, usernameKey)])) as string
    return holder === '' ? null : parse(holder).subject
  }

  return { take, free, subjectOf }
}

/** What follows the second blank is the subject, blanks and all. */
function parse(holder: string) {
  const first = holder.indexOf(' ')
  const second = holder.indexOf(' ', first + 1)
  return {
    at: Number(holder.slice(0, first)),
    by: holder.slice(first + 1, second),
    subject: holder.slice(second + 1),
  }
}
