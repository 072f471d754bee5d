import { generateKeyPairSync } from 'node:crypto'
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import * as oauth from 'oauth4webapi'
import { describe, expect, it } from 'vitest'
import type { AuthServerOptions } from '../../../../src/options.js'
import { testServer } from '../../../harness/auth-server.js'
import { listeningServer } from '../../../harness/listening.js'
import { testSecrets } from '../../../harness/secrets.js'

type Metadata = Record<string, unknown> & { issuer: string; jwks_uri: string }

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string

/** No guard on another machine, so no feed over HTTP. */
function withoutGuards() {
  return { ...testSecrets(), guards: [] }
}

/** What any client of RFC 8414 does that knows nothing but the issuer. */
async function discover(issuer: string): Promise<oauth.AuthorizationServer> {
  const url = new URL(issuer)
  const response = await oauth.discoveryRequest(url, { algorithm: 'oauth2', [oauth.allowInsecureRequests]: true })
  return oauth.processDiscoveryResponse(url, response)
}

describe('the metadata (RFC 8414)', () => {
  it('is what oauth4webapi reads from nothing but the issuer', async () => {
    const { url } = await listeningServer()

    const server = await discover(url)

    expect(server.issuer).toBe(url)
    expect(server.jwks_uri).toBe(`${url}/.well-known/jwks.json`)
  })

  it('is found for an issuer with a path, before that path (section 3)', async () => {
    const { url, auth } = await listeningServer({}, '/tenants/one')

    const server = await discover(`${url}/tenants/one`)

    expect(server.issuer).toBe(`${url}/tenants/one`)
    const { accessToken } = await auth.sessions.start({ subject: 'ann' })
    const keys = createRemoteJWKSet(new URL(server.jwks_uri!))
    expect((await jwtVerify(accessToken, keys, { issuer: server.issuer })).payload.sub).toBe('ann')
  })

  it.each<[string, Partial<AuthServerOptions>]>([
    ['the least', { secrets: withoutGuards() }],
    ['the most', { registration: 'open', directory: undefined } as object],
    ['another base path', { basePath: '/api/auth' }],
  ])('names every endpoint that is there, and is there for each one that it names: %s', async (_, options) => {
    const { auth } = testServer(options)
    const response = await auth.fetch(new Request('https://auth.example.com/.well-known/oauth-authorization-server'))
    const metadata = (await response.json()) as Metadata
    const named = Object.entries(metadata).filter(([name]) => /_endpoint$|_uri$/.test(name)) as [string, string][]

    for (const [name, endpoint] of named) {
      const statuses = await Promise.all(
        ['GET', 'POST'].map(async (method) => (await auth.fetch(new Request(endpoint, { method }))).status),
      )
      expect([name, statuses.includes(404), statuses.includes(405)]).toEqual([name, false, true])
    }

    const base = options.basePath ?? '/auth'
    const possible = [
      'login',
      'refresh',
      'logout',
      'me',
      'register',
      'password',
      'revocations',
      'session/events',
      'sessions',
    ]
    const there = []
    for (const name of possible) {
      const { status } = await auth.fetch(new Request(`https://auth.example.com${base}/${name}`, { method: 'PUT' }))
      if (status !== 404) there.push(`https://auth.example.com${base}/${name}`)
    }
    expect(
      named
        .filter(([name]) => name !== 'jwks_uri')
        .map(([, endpoint]) => endpoint)
        .sort(),
    ).toEqual(there.sort())
  })

  it('omits the endpoints of registration, password change and feed if they are not offered', async () => {
    const namesOf = async (options: Partial<AuthServerOptions>) => {
      const { auth } = testServer(options)
      const response = await auth.fetch(new Request('https://auth.example.com/.well-known/oauth-authorization-server'))
      return Object.keys((await response.json()) as Metadata)
    }

    const allNames = await namesOf({ registration: 'open', directory: undefined } as object)
    const least = await namesOf({ secrets: withoutGuards() })

    expect(allNames.filter((name) => !least.includes(name)).sort()).toEqual([
      'sessionward_password_endpoint',
      'sessionward_register_endpoint',
      'sessionward_revocations_endpoint',
    ])
  })

  it('may be kept for ten minutes and holds nothing of the request', async () => {
    const { auth } = testServer()

    const response = await auth.fetch(
      new Request('https://evil.example/.well-known/oauth-authorization-server?x=y', {
        headers: { Host: 'evil.example' },
      }),
    )

    expect(response.headers.get('Cache-Control')).toBe('public, max-age=600')
    expect(response.headers.get('Content-Type')).toBe('application/json')
    expect(await response.text()).not.toContain('evil.example')
  })
})

describe('the JWKS', () => {
  it.each<[string, Partial<AuthServerOptions>, { alg: string; typ: string }]>([
    ['by default', {}, { alg: 'ES256', typ: 'at+jwt' }],
    ['with RS256', { algorithm: 'RS256' }, { alg: 'RS256', typ: 'at+jwt' }],
    ['with Ed25519', { algorithm: 'EdDSA' }, { alg: 'EdDSA', typ: 'at+jwt' }],
    ['for verifiers that know nothing newer', { interop: 'rs256' }, { alg: 'RS256', typ: 'JWT' }],
    ['with a key of one’s own in PEM', { algorithm: 'RS256', signingKey: pem }, { alg: 'RS256', typ: 'at+jwt' }],
    ['with PS256 and a key of one’s own', { algorithm: 'PS256', signingKey: pem }, { alg: 'PS256', typ: 'at+jwt' }],
  ])('verifies an access token for jose, which knows only the issuer, %s', async (_, options, expected) => {
    const { url, auth } = await listeningServer(options)
    const { accessToken, session } = await auth.sessions.start({ subject: 'ann', amr: ['pwd'] })

    const server = await discover(url)
    const keys = createRemoteJWKSet(new URL(server.jwks_uri!))
    const { payload, protectedHeader } = await jwtVerify(accessToken, keys, { issuer: url, audience: url, ...expected })

    expect(protectedHeader).toEqual({ ...expected, kid: protectedHeader.kid })
    expect(payload).toMatchObject({ sub: 'ann', sid: session.id, client_id: 'default', scope: 'orders', amr: ['pwd'] })
    expect(payload.exp! - payload.iat!).toBe(300)
    expect(payload.jti).toMatch(/^[\w-]{20,}$/)
  })

  it('is all that oauth4webapi needs to take an access token for one (RFC 9068 section 4)', async () => {
    const { url, auth } = await listeningServer({ audience: 'orders' })
    const { accessToken } = await auth.sessions.start({ subject: 'ann' })
    const headers = { Authorization: `Bearer ${accessToken}` }

    const claims = await oauth.validateJwtAccessToken(
      await discover(url),
      new Request('https://orders.example.com/', { headers }),
      'orders',
      { [oauth.allowInsecureRequests]: true },
    )

    expect(claims).toMatchObject({ sub: 'ann', iss: url, client_id: 'default' })
  })

  it('holds the key before it signs, and no private member of any', async () => {
    const { auth } = testServer()
    const jwks = async () => {
      const response = await auth.fetch(new Request('https://auth.example.com/.well-known/jwks.json'))
      expect(response.headers.get('Content-Type')).toBe('application/jwk-set+json')
      return (await response.json()) as { keys: Record<string, string>[] }
    }
    const before = await jwks()

    await auth.keys.rotate({ force: true })

    const { accessToken } = await auth.sessions.start({ subject: 'ann' })
    expect(before.keys.map(({ kid }) => kid)).toContain(decodeProtectedHeader(accessToken).kid)
    for (const key of [...before.keys, ...(await jwks()).keys]) {
      expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
    }
  })

  it('refuses a token that is signed with its key but has another iss', async () => {
    const { url, auth } = await listeningServer()
    const { accessToken } = await auth.sessions.start({ subject: 'ann' })
    const keys = createRemoteJWKSet(new URL(`${url}/.well-known/jwks.json`))

    await expect(jwtVerify(accessToken, keys, { issuer: `${url}/` })).rejects.toMatchObject({ claim: 'iss' })
  })
})
