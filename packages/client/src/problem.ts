import type { Problem } from '@sessionward/protocol'

export type Refusal = Partial<Pick<Problem, 'verdict' | 'detail'>> & { readonly code: string }

const largest = 65_536

/** The problem (RFC 9457) that an answer holds, if it is one of ours. */
export async function readProblem(response: Response): Promise<Refusal | undefined> {
  const { headers } = response
  if (!headers.get('Content-Type')?.startsWith('application/problem+json')) return undefined
  if (Number(headers.get('Content-Length')) > largest) return undefined
  const problem = (await response.json().catch(() => undefined)) as Refusal | undefined
  return typeof problem?.code === 'string' && typeof problem.verdict === 'string' ? problem : undefined
}

/**
 * What a resource server says of the access token in an answer: the code, if the token is at fault.
 *
 * A 401 that says nothing is not taken for one: a replay of what was refused for another reason, such as a wrong PIN,
 * would count twice.
 */
export async function tokenRefusal(response: Response): Promise<string | undefined> {
  const { status, headers } = response
  if (status === 419) return 'access_token_expired'
  if (status !== 401) return undefined
  const problem = await readProblem(response.clone())
  // `terminal`: a guard that has heard of the end of the session. The auth server has the last word on that.
  if (problem) return problem.verdict === 'refresh' || problem.verdict === 'terminal' ? problem.code : undefined
  const challenge = headers.get('WWW-Authenticate') ?? ''
  if (!/\b(Bearer|DPoP)\b/i.test(challenge)) return undefined
  const error = /\berror="?([^",]*)/i.exec(challenge)?.[1]
  if (error && error !== 'invalid_token') return undefined
  return /\bcode="?([^",]*)/i.exec(challenge)?.[1] ?? (error ? 'access_token_invalid' : 'access_token_missing')
}
