import { describe, expect, it } from 'vitest'
import { testServer } from '../../../harness/auth-server.js'
import { Browser } from '../../../harness/browser.js'

function get(auth: ReturnType<typeof testServer>['auth'], authorization?: string): Promise<Response> {
  const headers: Record<string, string> = authorization === undefined ? {} : { Authorization: authorization }
  return auth.fetch(new Request('https://auth.example.com/auth/me', { headers }))
}

describe('GET /auth/me', () => {
  it('answers the profile of the directory, with no-store', async () => {
    const { auth } = testServer()
    const { access_token } = await new Browser(auth).signIn('ann')

    const response = await get(auth, `Bearer ${access_token}`)

    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ subject: 'ann' })
    expect(response.headers.get('Cache-Control')).toBe('no-store')
  })

  it('asks for an access token with a bare Bearer challenge where none came (RFC 6750 section 3.1)', async () => {
    const { auth } = testServer()

    const response = await get(auth)

    expect(response.status).toBe(401)
    expect(response.headers.get('WWW-Authenticate')).toBe('Bearer')
    expect(response.headers.get('Content-Type')).toBe('application/problem+json')
    expect(await response.json()).toMatchObject({ code: 'access_token_missing', verdict: 'refresh', status: 401 })
  })

  it('refuses a wrong access token as invalid_token, with its own code beside it', async () => {
    const { auth } = testServer()

    const response = await get(auth, 'Bearer not.a.token')

    expect(response.status).toBe(401)
    expect(response.headers.get('WWW-Authenticate')).toMatch(
      /^Bearer error="invalid_token", code="access_token_invalid"/,
    )
  })

  it('does not accept a refresh token as an access token', async () => {
    const { auth } = testServer()
    const { refresh_token } = await new Browser(auth).signIn('ann', { transport: 'body' })

    const response = await get(auth, `Bearer ${refresh_token}`)

    expect(response.status).toBe(401)
  })

  it('refuses the access token of a session that has just ended, in the same process at once', async () => {
    const { auth } = testServer()
    const { access_token, session } = await new Browser(auth).signIn('ann')
    expect((await get(auth, `Bearer ${access_token}`)).status).toBe(200)

    await auth.sessions.end(session.id)

    const response = await get(auth, `Bearer ${access_token}`)
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ code: 'session_revoked', verdict: 'terminal' })
  })

  it('does not sign out somebody of elsewhere, whom the directory does not know but the session does', async () => {
    const { auth } = testServer()
    const { accessToken } = await auth.sessions.start({ subject: 'oidc|42', scope: 'orders', transport: 'body' })

    const response = await get(auth, `Bearer ${accessToken}`)

    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ subject: 'oidc|42' })
  })

  it('says account_disabled where the directory no longer lets the subject in', async () => {
    const { auth, directory } = testServer()
    const { access_token } = await new Browser(auth).signIn('ann')
    directory.profiles.delete('ann')

    const response = await get(auth, `Bearer ${access_token}`)

    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ code: 'account_disabled', verdict: 'terminal' })
  })

  it('answers 503 and signs nobody out while the directory is unavailable', async () => {
    const { auth, directory } = testServer()
    const { access_token } = await new Browser(auth).signIn('ann')
    directory.away = true

    const response = await get(auth, `Bearer ${access_token}`)

    expect(response.status).toBe(503)
    expect(response.headers.get('Retry-After')).toBe('1')
    expect(await response.json()).toMatchObject({ verdict: 'retry' })
  })
})
