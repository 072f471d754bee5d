import type { Account, AccountStore, Owner } from '../store.js'
import type { DriverContext } from './context.js'
import { creationWindow, staleAfter } from './indexes.js'
import { script } from './script.js'

/** A username that is claimed for an account. */
interface ClaimedUsername {
  readonly key: string
  readonly holder: string
  /** Time by which the account must be created. */
  readonly until: number
}

/**
 * A username is in another slot than its account, so it is claimed before the account is created. If a node crashes in between,
 * another account may claim the username after some minutes.
 */
export function usernameIndex({ run, names }: DriverContext, find: AccountStore['find']) {
  return {
    async claim({ tenant, subject, usernameKey }: Account, call: string): Promise<ClaimedUsername | null> {
      const key = names.username(tenant, usernameKey)
      for (let expected = ''; ; ) {
        const answer = await run(claimUsername, [key], [call, subject, expected])
        const [holder, time] = answer as readonly [string, string]
        const taken = parse(holder)
        if (taken.call === call) return { key, holder, until: taken.at + creationWindow }
        const isOver = Number(time) > taken.at + staleAfter
        if (!isOver || (await isInUse({ tenant, subject: taken.subject }, usernameKey))) return null
        expected = holder
      }
    },

    async release({ key, holder }: ClaimedUsername): Promise<void> {
      await run(releaseUsername, [key], [holder])
    },

    async subjectOf(tenant: string, usernameKey: string): Promise<string | null> {
      const holder = (await run(findUsername, [names.username(tenant, usernameKey)])) as string
      return holder === '' ? null : parse(holder).subject
    },
  }

  async function isInUse(owner: Owner, usernameKey: string): Promise<boolean> {
    return (await find(owner))?.usernameKey === usernameKey
  }
}

/** Everything after the second space is the subject. */
function parse(holder: string) {
  const [, at, call, subject] = /^(\S+) (\S+) (.*)$/s.exec(holder)!
  return { at: Number(at), call: call!, subject: subject! }
}

/**
 * Claims a username for an account that is about to be created.
 *
 * ARGV: id of the call, subject, the holder that may be replaced; empty for none.
 * @returns the holder, which is instant, id of the call and subject; and the time.
 */
const claimUsername = script(`
local holder = redis.call('GET', KEYS[1])
local at = decimal(now())
if (holder or '') == ARGV[3] then
  holder = at .. ' ' .. ARGV[1] .. ' ' .. ARGV[2]
  redis.call('SET', KEYS[1], holder)
end
return { holder, at }
`)

/** Releases a username. ARGV: the holder. */
const releaseUsername = script(`
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
`)

/**
 * A username has no expiry, and removing it is a write that changes nothing, which a replica refuses.
 *
 * @returns the holder, as {@link claimUsername} returns it; empty for none.
 */
const findUsername = script(`
redis.call('PERSIST', KEYS[1])
return redis.call('GET', KEYS[1]) or ''
`)
