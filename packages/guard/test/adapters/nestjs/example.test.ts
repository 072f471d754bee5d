import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createApp } from '../../../../../examples/guards/nestjs-main.js'
import { start } from '../../../../../examples/guards/nestjs-one-process.js'
import { makeGuard, makeKey, signToken } from '../../issuer.js'

describe('the example for NestJS', () => {
  const key = makeKey('ES256', 'key')
  const token = signToken(key)

  async function serve(): Promise<string> {
    const app = await createApp(makeGuard({ keys: key.jwk }))
    onTestFinished(() => app.close())
    app.useLogger(false)
    await app.listen(0, '127.0.0.1')
    return app.getUrl()
  }

  test('opens one page to everybody and another to those with a token and its scope', async () => {
    const url = await serve()
    const ask = (path: string, claims?: Record<string, unknown>) =>
      fetch(url + path, { headers: claims ? { authorization: `Bearer ${signToken(key, claims)}` } : {} })

    expect(await (await ask('/prices')).json()).toEqual({ apples: 3 })
    expect((await ask('/orders')).status).toBe(401)
    expect((await ask('/orders', { scope: 'stock' })).status).toBe(403)
    expect(await (await ask('/orders', {})).json()).toEqual({ of: 'user-1' })
  })

  test('shows the pages of Swagger to those with the cookie', async () => {
    const url = await serve()

    expect((await fetch(`${url}/docs`)).status).toBe(401)
    expect((await fetch(`${url}/docs`, { headers: { cookie: `access_token=${token}` } })).status).toBe(200)
  })
})

describe('the example with the auth server in the same process', () => {
  async function freePort(): Promise<number> {
    const probe = createServer()
    await new Promise<void>((resolve) => probe.listen(0, resolve))
    const { port } = probe.address() as AddressInfo
    await new Promise((resolve) => probe.close(resolve))
    return port
  }

  test('serves a page of another port: a person registers, signs in, sees the orders, and is signed out at once', async () => {
    const page = 'http://localhost:5173'
    const port = await freePort()
    const folder = mkdtempSync(join(tmpdir(), 'sessionward-'))
    const { app, auth, guard } = await start(port, folder, page)
    onTestFinished(async () => {
      await app.close()
      guard.close()
      await auth.close()
      rmSync(folder, { recursive: true, force: true })
    })
    const account = { username: 'ann', password: 'correct horse 42' }
    const send = (path: string, init: RequestInit = {}, headers: object = {}) =>
      fetch(`http://localhost:${port}${path}`, { ...init, headers: { Origin: page, ...headers } })
    const post = (path: string, body: object, headers: object = {}) =>
      send(path, { method: 'POST', body: JSON.stringify(body) }, { 'Content-Type': 'application/json', ...headers })

    const registered = await post('/auth/register', account)
    const signedIn = await post('/auth/login', account)
    const { access_token: token } = (await signedIn.json()) as { access_token: string }
    const bearer = { Authorization: `Bearer ${token}` }
    const preflight = await send('/orders', { method: 'OPTIONS' }, { 'Access-Control-Request-Method': 'GET' })
    const orders = await send('/orders', {}, bearer)
    const signedOut = await post('/auth/logout', {}, bearer)
    const refused = await send('/orders', {}, bearer)

    const answers = [registered, signedIn, preflight, orders, signedOut, refused]
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 204, 200, 204, 401])
    for (const { headers } of answers) expect(headers.get('Access-Control-Allow-Origin')).toBe(page)
    expect(signedIn.headers.getSetCookie()).toHaveLength(1)
    expect(await refused.json()).toMatchObject({ code: 'signed_out' })
  })
})
