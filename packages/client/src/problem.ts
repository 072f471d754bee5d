import type { ErrorCode, Problem } from '@sessionward/protocol'

const largest = 65_536

/** The problem (RFC 9457) that an answer holds; nothing in it where the answer is not one of ours. */
export async function readProblem(
  response: Response,
): Promise<Partial<Pick<Problem, 'verdict' | 'detail'>> & { readonly code?: ErrorCode }> {
  const { headers } = response
  const ours = headers.get('Content-Type')?.startsWith('application/problem+json')
  if (!ours || Number(headers.get('Content-Length')) > largest) return {}
  // A copy, since the answer is the caller's; of others there is none, or nothing could cancel their bodies any more.
  return (
    (await response
      .clone()
      .json()
      .catch(() => {})) ?? {}
  )
}

/**
 * What a resource server says of the access token in an answer: the code, if the token is at fault.
 *
 * A 401 that says nothing readable counts as an expired token: the answer to HEAD, one of another origin that does not
 * expose its challenge, one of a foreign backend. The price is that a request refused for another reason in such a way
 * is sent twice.
 */
export async function tokenRefusal(response: Response): Promise<ErrorCode | undefined> {
  const { status, headers } = response
  if (status === 419) return 'access_token_expired'
  if (status !== 401) return undefined
  const { code, verdict } = await readProblem(response)
  // `terminal`: a guard that knows of the end of the session. The auth server has the last word on that.
  if (verdict) return verdict === 'refresh' || verdict === 'terminal' ? code : undefined
  const challenge = headers.get('WWW-Authenticate')
  if (!challenge) return 'access_token_expired'
  const [, error] = /\berror="?([^",]*)/.exec(challenge) ?? []
  if (!/\b(Bearer|DPoP)\b/i.test(challenge) || (error && error !== 'invalid_token')) return undefined
  const [, named = error ? 'access_token_invalid' : 'access_token_missing'] = /\bcode="?([^",]*)/.exec(challenge) ?? []
  return named as ErrorCode
}
