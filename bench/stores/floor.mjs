// The floor of a store: rotation as an able engineer would write it by hand, and nothing else. One HTTP exchange, the HMAC of
// the token that came and of the one that goes, one conditional update with the client library that the store uses, one ES256
// signature. It reads no session and no person, knows no lost answers, no deadlines and no revocation.
import {
  createHmac,
  createSecretKey,
  generateKeyPairSync,
  randomBytes,
  randomUUID,
  sign,
  timingSafeEqual,
} from 'node:crypto'
import { createServer } from 'node:http'
import { inParallel } from '../harness/in-parallel.mjs'

const macKey = createSecretKey(randomBytes(32))
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const base64url = (text) => Buffer.from(text).toString('base64url')
const header = base64url('{"alg":"ES256","typ":"at+jwt","kid":"bench"}')
const day = 86_400_000

const tagOf = (payload) => createHmac('sha256', macKey).update(payload).digest()

/** id.generation.nonce.tag */
function tokenOf(id, generation, nonce) {
  const payload = `${id}.${generation}.${nonce}`
  return `${payload}.${tagOf(payload).toString('base64url')}`
}

function readToken(token) {
  const end = token.lastIndexOf('.')
  const payload = token.slice(0, end)
  const tag = Buffer.from(token.slice(end + 1), 'base64url')
  const expected = tagOf(payload)
  if (tag.length !== expected.length || !timingSafeEqual(tag, expected)) return null
  const [id, generation, nonce] = payload.split('.')
  return { id, generation: Number(generation), nonce }
}

function accessTokenOf(sid, issuer) {
  const now = Math.floor(Date.now() / 1000)
  const times = { iat: now, exp: now + 300, auth_time: now }
  const claims = { iss: issuer, aud: issuer, sub: sid, client_id: 'bench', sid, jti: randomUUID(), ...times }
  const signed = `${header}.${base64url(JSON.stringify(claims))}`
  const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' })
  return `${signed}.${signature.toString('base64url')}`
}

async function refresh(text, { advance }, issuer) {
  const token = readToken(JSON.parse(text).refresh_token)
  if (!token) return [400, { error: 'invalid_grant' }]
  const next = randomBytes(16).toString('base64url')
  const isStill = await advance({ ...token, next, idleDeadline: Date.now() + 14 * day })
  if (!isStill) return [400, { error: 'invalid_grant' }]
  const answer = {
    access_token: accessTokenOf(token.id, issuer),
    token_type: 'Bearer',
    expires_in: 300,
    refresh_token: tokenOf(token.id, token.generation + 1, next),
  }
  return [200, answer]
}

export async function start({ store, people, sessions, ...place }) {
  const driver = await import(`./stores/${store}.mjs`)
  const rows = await driver.floor(await driver.connect(place), place)
  let issuer = ''
  const server = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8')
    request.on('data', (chunk) => {
      text += chunk
    })
    request.on('end', async () => {
      const [status, body] = await refresh(text, rows, issuer).catch(({ message }) => [503, { code: message }])
      const answer = JSON.stringify(body)
      response.writeHead(status, {
        'content-type': 'application/json',
        'cache-control': 'no-store',
        'content-length': Buffer.byteLength(answer),
      })
      response.end(answer)
    })
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  issuer = `http://127.0.0.1:${server.address().port}`
  const insert = async () => {
    const [id, nonce] = [randomBytes(16).toString('base64url'), randomBytes(16).toString('base64url')]
    await rows.insert(id, 0, nonce)
    return tokenOf(id, 0, nonce)
  }
  const tokens = []
  while (tokens.length < sessions) tokens.push(...(await inParallel(sessions / people, insert)))
  return {
    name: `floor on ${driver.title}`,
    url: `${issuer}/`,
    tokens,
    contentType: 'application/json',
    body: (token) => `{"refresh_token":"${token}"}`,
  }
}
