// The floor: one HTTP exchange, two HMACs and one ES256 signature, with nothing decided and nothing kept. Nobody who does
// this work on this runtime can be faster.
import { createHmac, createSecretKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { createServer } from 'node:http'

const macKey = createSecretKey(randomBytes(32))
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

export async function start({ sessions }) {
  const server = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8')
    request.on('data', (chunk) => {
      text += chunk
    })
    request.on('end', () => {
      const presented = createHmac('sha256', macKey).update(JSON.parse(text).refresh_token).digest('base64url')
      const minted = createHmac('sha256', macKey).update(presented).digest('base64url')
      const signature = sign('sha256', Buffer.from(minted), privateKey).toString('base64url')
      const answer = JSON.stringify({
        access_token: 'x'.repeat(450) + signature,
        refresh_token: minted.padEnd(104, 'y'),
      })
      response.writeHead(200, {
        'content-type': 'application/json',
        'cache-control': 'no-store',
        'content-length': Buffer.byteLength(answer),
      })
      response.end(answer)
    })
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    name: 'floor: HTTP, two HMACs, one signature',
    url: `http://127.0.0.1:${server.address().port}/`,
    tokens: Array(sessions).fill('t'.repeat(104)),
    contentType: 'application/json',
    body: (token) => `{"refresh_token":"${token}"}`,
  }
}
