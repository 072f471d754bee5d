import type { Problem } from '@sessionward/protocol'

const largest = 65_536

/** The problem (RFC 9457) that an answer holds; nothing in it where the answer is not one of ours. */
export async function readProblem(
  response: Response,
): Promise<Partial<Pick<Problem, 'verdict' | 'detail'>> & { readonly code?: string }> {
  const { headers } = response
  const ours = headers.get('Content-Type')?.startsWith('application/problem+json')
  if (!ours || Number(headers.get('Content-Length')) > largest) return {}
  return (await response.json().catch(() => {})) ?? {}
}

/**
 * What a resource server says of the access token in an answer: the code, if the token is at fault.
 *
 * A 401 that says nothing is not taken for one: a replay of what was refused for another reason, such as a wrong PIN,
 * would count twice.
 */
export async function tokenRefusal(response: Response): Promise<string | undefined> {
  if (response.status === 419) return 'access_token_expired'
  if (response.status !== 401) return undefined
  const { code, verdict } = await readProblem(response.clone())
  // `terminal`: a guard that has heard of the end of the session. The auth server has the last word on that.
  if (verdict) return verdict === 'refresh' || verdict === 'terminal' ? code : undefined
  const challenge = response.headers.get('WWW-Authenticate') ?? ''
  const [, error = 'access_token_missing'] = /\berror="?([^",]*)/.exec(challenge) ?? []
  const [, named = error] = /\bcode="?([^",]*)/.exec(challenge) ?? []
  const ofToken = /\b(Bearer|DPoP)\b/i.test(challenge) && /^(access_token_missing|invalid_token)$/.test(error)
  return ofToken ? named : undefined
}
