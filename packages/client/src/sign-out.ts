import type { ClientConfig } from './config.js'
import type { FlightTools } from './flight.js'
import type { Refresher } from './refresher.js'
import type { Tokens } from './tokens.js'
import type { VaultRecord } from './vault/vault.js'

/** The tokens at the time of the call, and whether all sessions are to end. */
interface SignOutRequest {
  readonly tokens: Tokens | undefined
  readonly everywhere: boolean | undefined
}

/**
 * Signs out the other tabs, then at the auth server. This tab is signed out already.
 *
 * @returns whether the auth server confirmed it, and if not, why. @throws if the lock fails.
 */
export async function signOut(
  { config, publish, lock, mark }: FlightTools,
  receive: Refresher['receive'],
  { tokens, everywhere }: SignOutRequest,
  signal: AbortSignal,
): Promise<{ readonly done: boolean; readonly cause: unknown }> {
  let seen: VaultRecord | undefined
  let unreachable: boolean | undefined
  let ended: VaultRecord['session']
  /** Signs out every tab, whatever it is doing. */
  const signOutTabs = async () => {
    const update = await publish({ reason: 'signed_out', asked: true }, (record) => {
      seen = record ?? seen
      ended = record?.session ?? ended
      return !record?.asked
    })
    if (update) receive(update)
  }
  forgetDrafts(config)
  // At once, so that a refresh that is under way is discarded; and again under the lock, after a sign-in that is under way.
  const tabsSignedOut = signOutTabs()
  const { verdict, cause } = await lock(async (signal) => {
    await tabsSignedOut
    // Without the refresh token nothing can be sent, and the session goes on at the auth server.
    unreachable = tokens && !seen && config.backend.transport !== 'cookie'
    await signOutTabs()
    return await config.backend.signOut({ ...ended, tokens, everywhere }, signal)
  }, signal)
  const done = verdict === 'terminal' && !unreachable
  if (done) mark.set()
  return { done, cause }
}

/** See `draftStore`. Earlier drafts are no longer restored in any tab; in this one they are removed. */
function forgetDrafts({ name, environment }: ClientConfig): void {
  environment.remember(`${name} drafts`, `${environment.wall()}`)
  try {
    sessionStorage.removeItem(`${name} drafts`)
  } catch {
    // This page has no `sessionStorage`.
  }
}
