import type { SessionService } from '../session-service.js'
import type { PresentedRefreshToken } from './transport/transport.js'

/**
 * Set-Cookie values that clear the refresh cookie which was permanently refused, and no other.
 *
 * @returns null if the cookie is not ours: it belongs to another auth server on this host name, or to a deleted session. Also null
 * if the store does not answer; then the refusal is sent without clearing.
 */
export async function refusedCookies(
  sessions: Pick<SessionService, 'inspect'>,
  presented: PresentedRefreshToken,
): Promise<readonly string[] | null> {
  try {
    if ((await sessions.inspect(presented)) === null) return null
    return [...presented.clearEarlier, ...presented.clear]
  } catch {
    return null
  }
}
