import { tokenAnswerToWire } from '@sessionward/protocol'
import type { IssuedTokens } from '../tokens/mint.js'
import { type Answer, jsonAnswer } from './answer.js'
import type { Transports } from './transport/transport.js'

/**
 * The answer that carries new tokens.
 *
 * @param cleared Set-Cookie values to put before its own.
 */
export function tokenAnswer(transports: Transports, issued: IssuedTokens, cleared: readonly string[] = []): Answer {
  const { answer, setCookies } = transports[issued.session.transport].write(issued)
  return jsonAnswer(tokenAnswerToWire(answer), 200, [...cleared, ...setCookies])
}
