import type { Problem } from '@sessionward/protocol'
import type { BackendAnswer } from './backend.js'
import { problemIn } from './problem.js'
import { retryAfter } from './retry-after.js'

/** What an answer of a Sessionward auth server means that brought no tokens. `wall`: milliseconds since the epoch. */
export function refusedCall({ status: own, headers }: Response, json: Partial<Problem>, wall: number): BackendAnswer {
  // In HTTP 200, the problem knows the status.
  const { verdict, code, detail, replacedBy, status = own } = problemIn(json)
  const cause = new Error(`The auth server answered ${status} ${code ?? ''}`)
  const facts = { status, detail, cause, retryAfter: retryAfter(headers, wall) }
  // Too many wrong passwords are 429 too, and the person must see that: verdict `fix`.
  const final = verdict === 'fix' || (verdict === 'terminal' && ![408, 425, 429].includes(status))
  if (!code || !final || status > 499) return { ...facts, verdict: 'retry', code }
  return verdict === 'fix' ? { ...facts, verdict, code } : { ...facts, verdict, code, replacedBy }
}
