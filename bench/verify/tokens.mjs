// Access tokens as our auth server makes them, of sessions of their own. hono/jwt accepts no other `typ`.
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto'

export const issuer = 'https://auth.example.com'
export const audience = 'https://api.example.com'

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

export { publicKey }
export const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'bench', alg: 'ES256', use: 'sig' }

const encode = (value) => Buffer.from(value).toString('base64url')

export function makeTokens(count) {
  const iat = Math.floor(Date.now() / 1000)
  const header = encode(JSON.stringify({ alg: 'ES256', typ: 'JWT', kid: 'bench' }))
  return Array.from({ length: count }, (_, number) => {
    const claims = {
      iss: issuer,
      aud: audience,
      sub: `person-${number}`,
      sid: randomUUID(),
      client_id: 'default',
      iat,
      exp: iat + 3600,
      jti: randomUUID(),
      auth_time: iat,
      scope: 'orders',
    }
    const signed = `${header}.${encode(JSON.stringify(claims))}`
    return `${signed}.${encode(sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' }))}`
  })
}
