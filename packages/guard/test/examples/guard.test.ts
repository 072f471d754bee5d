import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { movingGuard } from '../../../../examples/guard/src/moving.js'
import { shop } from '../../../../examples/guard/src/routes.js'
import { sockets } from '../../../../examples/guard/src/sockets.js'
import { makeKey, signToken } from '../issuer.js'

const key = makeKey('ES256', 'key')
const seconds = Math.floor(Date.now() / 1000)
const claims = { aud: 'https://shop.example.com', iat: seconds, exp: seconds + 300, auth_time: seconds }
const token = signToken(key, claims)
const issuer = 'https://auth.example.com'

async function listen(listener?: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { server, host: `127.0.0.1:${(server.address() as AddressInfo).port}` }
}

test('the routes require what their options say', async () => {
  const { host } = await listen(shop({ issuer, keys: key.jwk }).app)
  const ask = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(`http://${host}${path}`, init)
    return [answer.status, await answer.text()]
  }
  const old = { Authorization: `Bearer ${signToken(key, { ...claims, auth_time: seconds - 900 })}` }

  expect(await ask('/orders', { headers: { accessToken: token } })).toEqual([200, '{"of":"user-1"}'])
  expect(await ask('/orders', { headers: { Cookie: `access_token=${token}` } })).toEqual([200, '{"of":"user-1"}'])
  expect(await ask('/offers')).toEqual([200, '{"for":"everybody","reason":"access_token_missing"}'])
  expect(await ask('/offers', { headers: old })).toEqual([200, '{"for":"user-1","reason":null}'])
  expect(await ask('/address', { method: 'POST', headers: old })).toEqual([
    401,
    expect.stringContaining('step_up_required'),
  ])
  const cookie = { Cookie: `access_token=${token}` }
  expect(await ask('/address', { method: 'POST', headers: cookie })).toEqual([
    403,
    expect.stringContaining('origin_refused'),
  ])
  const own = { ...cookie, Origin: 'https://app.example.com' }
  expect(await ask('/address', { method: 'POST', headers: own })).toEqual([204, ''])
})

test('a socket is refused before it opens, and closed when the session ends', async () => {
  let end = () => {}
  const feed = {
    subscribe(receive: (message: object) => void) {
      const message = { version: 1, epoch: 'one', watermark: Date.now(), snapshot: true, entries: [] as object[] }
      receive(message)
      end = () =>
        receive({ ...message, entries: [{ sid: 'AAAAAAAAAAAAAAAAAAAAAA', reason: 'signed_out', expires: claims.exp }] })
      return () => undefined
    },
  }
  const { guard } = shop({ issuer, keys: key.jwk, feed: feed as never })
  const { server, host } = await listen()
  const opened: unknown[] = []
  sockets(server, guard).on('connection', (_socket: unknown, _request: unknown, principal: { subject: string }) =>
    opened.push(principal.subject),
  )

  const [error] = await once(new WebSocket(`ws://${host}`), 'error')
  expect([String(error), opened]).toEqual([expect.stringContaining('401'), []])
  const socket = new WebSocket(`ws://${host}`, { headers: { Authorization: `Bearer ${token}` } })
  await once(socket, 'open')
  const closed = once(socket, 'close')
  end()
  expect([(await closed)[0], opened]).toEqual([4401, ['user-1']])
})

test('during a migration, tokens of three kinds pass', async () => {
  const partnerKey = makeKey('RS256', 'partner')
  const secret = 'the secret of the old system, which is long enough'
  const guard = movingGuard({ keys: key.jwk }, { keys: partnerKey.jwk }, secret)
  const partner = { iss: 'https://login.partner.example', azp: 'app', session_state: 'one', sub: 'user-2' }
  const oldToken = (type: string) => {
    const signed = [
      { alg: 'HS256', typ: 'JWT' },
      { id: 3, type, iat: seconds, exp: seconds + 86_400 },
    ]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
  }
  const old = oldToken('access')

  const tokens = [token, signToken(partnerKey, { ...claims, ...partner }, { typ: 'JWT' })]
  for (const [index, one] of tokens.entries()) expect((await guard.verify(one)).subject).toBe(`user-${index + 1}`)
  // The real clock: the day of the example comes.
  if (Date.now() < Date.parse('2027-03-02')) expect((await guard.verify(old)).scope).toEqual(['orders'])
  else await expect(guard.verify(old)).rejects.toMatchObject({ code: 'access_token_expired' })
  await expect(guard.verify(oldToken('refresh'))).rejects.toThrow()
})
