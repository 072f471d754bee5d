import type { Identify } from '@sessionward/server'

/** The refresh token of another auth server, which says whose it is at its introspection endpoint (RFC 7662). */
export function fromIntrospection(endpoint: string, clientId: string, clientSecret: string): Identify {
  const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`
  return async (token) => {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { Authorization: authorization },
      body: new URLSearchParams({ token, token_type_hint: 'refresh_token' }),
      signal: AbortSignal.timeout(5000),
    })
    // Not null: the other server is unavailable, and the person is not signed out for it.
    if (!response.ok) throw new Error(`the introspection endpoint answered ${response.status}`)
    const { active, sub, iat } = (await response.json()) as { active: boolean; sub: string; iat: number }
    return active ? { subject: sub, issuedAt: iat * 1000 } : null
  }
}
