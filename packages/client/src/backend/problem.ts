import type { ErrorCode, Problem } from '@sessionward/protocol'
import type { AnswerView, TokenRefusal } from './backend.js'

/** The problem (RFC 9457) that an answer holds; nothing in it where the answer is not one of ours. */
export async function readProblem(
  answer: AnswerView,
): Promise<Partial<Pick<Problem, 'verdict' | 'detail'>> & { readonly code?: ErrorCode }> {
  const ours = answer.header('Content-Type')?.startsWith('application/problem+json')
  return (ours && ((await answer.json()) as Problem)) || {}
}

/**
 * What a resource server says of the access token in an answer: the code, if the token is at fault.
 *
 * A 401 that says nothing readable counts as an expired token: the answer to HEAD, one of another origin that does not
 * expose its challenge, one of a foreign backend. The price is that a request refused for another reason in such a way
 * is sent twice.
 */
export async function tokenRefusal(answer: AnswerView): Promise<TokenRefusal | undefined> {
  const { status } = answer
  if (status === 419) return { code: 'access_token_expired' }
  if (status !== 401) return undefined
  const { code, verdict } = await readProblem(answer)
  // `terminal`: a guard that knows of the end of the session. The auth server has the last word on that.
  if (verdict) return verdict === 'refresh' || verdict === 'terminal' ? { code: code! } : undefined
  const challenge = answer.header('WWW-Authenticate')
  if (!challenge) return { code: 'access_token_expired' }
  const [, error] = /\berror="?([^",]*)/.exec(challenge) ?? []
  if (!/\b(Bearer|DPoP)\b/i.test(challenge) || (error && error !== 'invalid_token')) return undefined
  const [, named = error ? 'access_token_invalid' : 'access_token_missing'] = /\bcode="?([^",]*)/.exec(challenge) ?? []
  return { code: named as ErrorCode }
}
