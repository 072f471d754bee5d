import type { ErrorCode } from '@sessionward/protocol'
import { attachable } from '../attach/attachable.js'
import type { Client } from '../client.js'
import { AlreadySignedIn, legacyInput } from './legacy-sign-in.js'

/**
 * The result of `adoptLegacy`.
 *
 * - `signed-in`: somebody is signed in here, by this token or before it came. Remove the old token.
 * - `elsewhere`: the person stays with the old system. Keep the old token and go on as before.
 * - `refused`: the person must sign in, and `reason` says why. Remove the old token.
 */
export type LegacyOutcome<U> =
  | { readonly outcome: 'signed-in'; readonly user: U }
  | { readonly outcome: 'elsewhere' }
  | { readonly outcome: 'refused'; readonly reason: ErrorCode }

/**
 * Turns a token of another system, which a script has kept, into a session of the auth server (option `adoptLegacy`). Where a
 * session is there already, the token is not sent. Tabs take turns, and the others learn of the session at once. While the
 * auth server cannot be reached when the page opens, it waits.
 *
 * An old token in a cookie needs no such call: it comes with the refresh of a page that opens.
 *
 * @throws SignInError if the auth server became unavailable: keep the old token and try again when the page opens the next
 * time. TypeError if the client has a backend of its own.
 */
export async function adoptLegacy<U, I extends object>(client: Client<U, I>, token: string): Promise<LegacyOutcome<U>> {
  const { config, session } = client[attachable]
  const input = legacyInput(config, session, token)
  if (config.environment.page) await whenStateKnown(client)
  if (!/anonymous|reauth|unknown/.test(client.state)) return { outcome: 'signed-in', user: client.user! }
  try {
    return { outcome: 'signed-in', user: await (client as Client<U, object>).signIn(input) }
  } catch (error) {
    if (error instanceof AlreadySignedIn) return { outcome: 'signed-in', user: client.user! }
    const { verdict, code } = input.answer ?? {}
    if (code === 'legacy_not_adopted') return { outcome: 'elsewhere' }
    if (verdict === 'terminal') return { outcome: 'refused', reason: code as ErrorCode }
    throw error
  }
}

/** Resolves when the client knows whether somebody is signed in here. */
function whenStateKnown(client: Pick<Client, 'state' | 'subscribe'>): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (client.state === 'unknown') return
      stop()
      resolve()
    }
    const stop = client.subscribe(look)
    look()
  })
}
