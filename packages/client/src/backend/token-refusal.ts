import type { ErrorCode } from '@sessionward/protocol'
import type { AnswerView, TokenRefusal } from './backend.js'
import { problemIn } from './problem.js'
import { readSmallJson } from './small-json.js'

/**
 * What a resource server says of the access token in an answer: the code, if the token is at fault.
 *
 * A 401 that says nothing readable counts as an expired token: the answer to HEAD, one of another origin that does not
 * expose its challenge, one of a foreign backend. The price is that a request refused for another reason in such a way
 * is sent twice.
 */
export async function tokenRefusal(answer: AnswerView): Promise<TokenRefusal | undefined> {
  const challenge = answer.header('WWW-Authenticate') ?? ''
  const [, error] = /\berror="?([^",]*)/.exec(challenge) ?? []
  const [, named] = /\bcode="?([^",]*)/.exec(challenge) ?? []
  // An envelope may refuse with HTTP 200. There it takes a challenge with a code of ours: JSON of all answers is not read.
  if (![401, 419].includes(answer.status) && !named) return undefined
  const { code, verdict } = problemIn((await answer.json(readSmallJson)) as object)
  // `terminal`: a guard that knows of the end of the session. The auth server has the last word on that.
  if (verdict) return verdict === 'refresh' || verdict === 'terminal' ? { code: code! } : undefined
  if (!challenge) return { code: 'access_token_expired' }
  if (!/\b(Bearer|DPoP)\b/i.test(challenge) || (error && error !== 'invalid_token')) return undefined
  return { code: (named ?? (error ? 'access_token_invalid' : 'access_token_missing')) as ErrorCode }
}
