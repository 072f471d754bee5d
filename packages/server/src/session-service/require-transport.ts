import type { Transport } from '@sessionward/protocol'
import { AnswerError } from '../answer-error.js'
import type { SessionKind } from '../session/kind.js'
import type { Session } from '../session/session.js'

/** @throws AnswerError `invalid_request` if sessions of this kind have no such transport. */
export function requireTransport({ name, transports }: SessionKind, transport: Transport | undefined): void {
  if (transport === undefined || transports.includes(transport)) return
  throw new AnswerError('invalid_request', `${name} sessions have no transport ${transport}: use ${transports.join()}`)
}

/** @throws AnswerError `invalid_request` if the session started with the other transport. */
export function requireSameTransport(session: Session, transport: Transport): void {
  if (transport === session.transport) return
  throw new AnswerError('invalid_request', `this session uses the transport ${session.transport}`)
}
