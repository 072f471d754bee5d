import type { Identify } from '@sessionward/server'

/** What the endpoint says of a token (RFC 7662 section 2.2), and whatever else this server adds. */
export interface Introspection extends Readonly<Record<string, unknown>> {
  readonly active: boolean
  readonly client_id?: string
  readonly sub: string
  readonly iat: number
}

/**
 * The refresh token of another auth server, which says whose it is at its introspection endpoint.
 *
 * @param isRefreshToken An access token is active too, whatever the hint says. What tells them apart differs: Keycloak has
 * `typ`, Ory Hydra `token_use`.
 */
export function fromIntrospection(
  endpoint: string,
  clientId: string,
  clientSecret: string,
  isRefreshToken: (answer: Introspection) => boolean,
): Identify {
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
    const answer = (await response.json()) as Introspection
    // Another application's token must not open this one.
    if (!answer.active || answer.client_id !== clientId || !isRefreshToken(answer)) return null
    return { subject: answer.sub, issuedAt: answer.iat * 1000 }
  }
}
