import { AnswerError } from '../answer-error.js'
import type { TokenReader, VerifiedToken } from '../tokens/token-reader.js'
import type { Presentation } from './presentation.js'
import { requireSameTransport } from './require-transport.js'

export type IdentifySession = ReturnType<typeof createIdentifySession>

/** Verifies a token, its client and its transport, without changing anything. */
export function createIdentifySession(readToken: TokenReader) {
  return async (presentation: Presentation): Promise<VerifiedToken> => {
    const verified = await readToken(presentation.token, presentation.sid)
    const { session } = verified
    if (presentation.clientId !== undefined && presentation.clientId !== session.clientId) {
      throw new AnswerError('refresh_token_invalid', 'the session belongs to another client')
    }
    if (presentation.rotate !== false) requireSameTransport(session, presentation.transport)
    if (presentation.rotate === false && session.kind !== 'rotating') {
      const expected = `rotate: false is for refresh tokens that rotate, and a ${session.kind} session has none`
      throw new AnswerError('invalid_request', expected)
    }
    return verified
  }
}
