import type { ClientConfig } from './config.js'
import type { FlightTools } from './flight.js'
import type { Refresher } from './refresher.js'
import type { Tokens } from './tokens.js'
import type { VaultRecord } from './vault/vault.js'

/** What was held when the person asked, and whether all sessions are meant. */
interface Leaving {
  readonly tokens: Tokens | undefined
  readonly everywhere: boolean | undefined
}

/**
 * Signs out the other tabs, then at the auth server. This tab is signed out already.
 *
 * @returns whether the auth server confirmed it, and if not, why. @throws where the lock fails.
 */
export async function leave(
  { config, publish, lock, mark }: FlightTools,
  receive: Refresher['receive'],
  { tokens, everywhere }: Leaving,
  signal: AbortSignal,
): Promise<{ readonly done: boolean; readonly cause: unknown }> {
  let seen: VaultRecord | undefined
  let lost: boolean | undefined
  let ended: VaultRecord['session']
  /** Signs out every tab, whatever it is doing. */
  const leaveTabs = async () => {
    const update = await publish({ reason: 'signed_out', asked: true }, (record) => {
      seen = record ?? seen
      ended = record?.session ?? ended
      return !record?.asked
    })
    if (update) receive(update, 'this-tab')
  }
  forgetDrafts(config)
  // At once, so that a refresh under way here or elsewhere has lost; and again in turn, after a sign-in under way.
  const leaving = leaveTabs()
  const { verdict, cause } = await lock(async (signal) => {
    await leaving
    // A refresh token that is out of reach cannot be sent, and the session goes on there.
    lost = tokens && !seen && config.backend.transport !== 'cookie'
    await leaveTabs()
    return await config.backend.signOut({ ...ended, tokens, everywhere }, signal)
  }, signal)
  const done = verdict === 'terminal' && !lost
  if (done) mark.clear()
  return { done, cause }
}

/** See `draftStore`. What was saved before is filled in no more, in any tab; in this one it is removed. */
function forgetDrafts({ name, environment }: ClientConfig): void {
  environment.remember(`${name} drafts`, `${environment.wall()}`)
  try {
    sessionStorage.removeItem(`${name} drafts`)
  } catch {
    // There is none here.
  }
}
