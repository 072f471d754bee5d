import type { Evidence } from '../session/rotation.js'
import type { Binding } from '../session/session.js'

/** What a proof is checked against: RFC 9449 section 4.3 wants the method, the URL and the header. */
export interface RequestToProve {
  readonly method: string
  readonly url: string
  readonly headers: Pick<Headers, 'get'>
}

/** What a request proves of the key that a session is bound to. */
export type RequestEvidence = (binding: Binding) => Promise<Evidence['proof']>

/** The evidence in a request. No proof is understood yet, so each request counts as one without. */
export function requestEvidence(_request: RequestToProve): RequestEvidence {
  return async () => 'absent'
}
