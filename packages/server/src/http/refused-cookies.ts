import type { SessionService } from '../session-service.js'
import type { Presented } from './transport/transport.js'

/**
 * Set-Cookie values that clear the refresh cookie which was refused for good, and no other.
 *
 * @returns null where it is not ours: of another auth server on this host name, or of a session that is forgotten. Also where
 * the store does not answer: the refusal stands as it is.
 */
export async function refusedCookies(
  sessions: Pick<SessionService, 'inspect'>,
  presented: Presented,
): Promise<readonly string[] | null> {
  try {
    if ((await sessions.inspect(presented)) === null) return null
    return [...presented.clearEarlier, ...presented.clear]
  } catch {
    return null
  }
}
