import type { Evidence } from '../session/rotation.js'
import type { Binding } from '../session/session.js'

/** The parts of a request that a proof covers (RFC 9449 section 4.3). */
export interface RequestToProve {
  readonly method: string
  readonly url: string
  readonly headers: Pick<Headers, 'get'>
}

/** Checks whether a request proves possession of the key that a session is bound to. */
export type RequestEvidence = (binding: Binding) => Promise<Evidence['proof']>

/** The evidence in a request. Proofs are not supported yet, so every request counts as one without. */
export function requestEvidence(_request: RequestToProve): RequestEvidence {
  return async () => 'absent'
}
