// The peer: node-oidc-provider with rotating refresh tokens and ES256 access tokens (RFC 9068), which it does not store.
// Its people are a function that answers at once. Default adapter: its own, in memory.
import { createServer } from 'node:http'
import { exportJWK, generateKeyPair } from 'jose'
import Provider from 'oidc-provider'

const resource = 'urn:bench:api'
const { privateKey } = await generateKeyPair('ES256', { extractable: true })
const jwk = { ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig', kid: 'bench' }

export async function startOidcProvider({ sessions, name, adapter }) {
  const server = createServer()
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${server.address().port}`
  const provider = new Provider(url, {
    ...(adapter && { adapter }),
    clients: [
      {
        client_id: 'bench',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: ['https://client.example/callback'],
        id_token_signed_response_alg: 'ES256',
      },
    ],
    jwks: { keys: [jwk] },
    cookies: { keys: ['only for the bench'] },
    rotateRefreshToken: true,
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: 'orders',
          audience: resource,
          accessTokenTTL: 300,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
  })
  server.on('request', provider.callback())

  const tokens = []
  const client = await provider.Client.find('bench')
  for (let number = 0; number < sessions; number++) {
    const accountId = `person-${number}`
    const grant = new provider.Grant({ accountId, clientId: 'bench' })
    grant.addOIDCScope('offline_access')
    grant.addResourceScope(resource, 'orders')
    const grantId = await grant.save()
    const token = new provider.RefreshToken({
      accountId,
      client,
      grantId,
      gty: 'authorization_code',
      scope: 'offline_access orders',
      resource,
      authTime: Math.floor(Date.now() / 1000),
    })
    tokens.push(await token.save())
  }
  return {
    name,
    url: `${url}/token`,
    tokens,
    mayRefuse: true,
    contentType: 'application/x-www-form-urlencoded',
    body: (token) => `grant_type=refresh_token&client_id=bench&refresh_token=${token}`,
  }
}
