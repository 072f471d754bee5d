import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type Playground, startPlayground } from '../src/start.js'

let playground: Playground | undefined

afterEach(async () => {
  await playground?.close()
  playground = undefined
})

interface Tokens {
  readonly access_token: string
  readonly session: { readonly id: string; readonly generation: number }
}

async function begin() {
  playground = await startPlayground({ authPort: 0, apiPort: 0, webPort: 0 })
  const { auth, api, web, accounts } = playground
  const post = (url: string, body: object, cookie = '') =>
    fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Origin: web.url, Cookie: cookie },
      body: JSON.stringify(body),
    })
  const answer = await post(`${auth.url}/auth/login`, accounts[0]!)
  const tokens = (await answer.json()) as Tokens
  const cookie = answer.headers.getSetCookie()[0]!.split(';')[0]!
  const hello = () => fetch(`${api.url}/api/hello`, { headers: { Authorization: `Bearer ${tokens.access_token}` } })
  return { playground, post, tokens, cookie, hello }
}

describe('the playground', () => {
  it('signs a seeded account in and lets its access token pass at the business server', async () => {
    const { hello } = await begin()
    const response = await hello()
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ subject: expect.any(String) })
  })

  it('answers the genuine challenge for an access token that it was asked to treat as expired', async () => {
    const { playground, post, tokens, hello } = await begin()
    const { jti } = JSON.parse(Buffer.from(tokens.access_token.split('.')[1]!, 'base64url').toString()) as {
      jti: string
    }
    await post(`${playground.api.url}/playground/expire`, { jti })
    const response = await hello()
    expect(response.status).toBe(401)
    expect(response.headers.get('WWW-Authenticate')).toContain('code="access_token_expired"')
  })

  it('loses one answer after the auth server has done its work, and the next try is granted', async () => {
    const { playground, post, tokens, cookie } = await begin()
    const refresh = () => post(`${playground.auth.url}/auth/refresh`, {}, cookie)
    await post(`${playground.auth.url}/playground/lose`, { sid: tokens.session.id })
    await expect(refresh().then((response) => response.text())).rejects.toThrow()
    expect((await playground.figures()).refresh_granted).toBe(1)
    expect((await refresh()).status).toBe(200)
  })

  it('takes the auth server down for one session and for no other', async () => {
    const { playground, post, tokens, cookie } = await begin()
    await post(`${playground.auth.url}/playground/away`, { sid: tokens.session.id, seconds: 10 })
    await expect(post(`${playground.auth.url}/auth/refresh`, {}, cookie)).rejects.toThrow()
    expect((await post(`${playground.auth.url}/auth/login`, playground.accounts[1]!)).status).toBe(200)
  })

  it('gives its controls to its own page alone', async () => {
    const { playground } = await begin()
    const response = await fetch(`${playground.auth.url}/playground/lose`, { method: 'POST', body: '{}' })
    expect(response.status).toBe(403)
  })

  it('makes other passwords at each start', async () => {
    const first = await begin()
    await first.playground.close()
    const second = await begin()
    expect(second.playground.accounts[0]!.password).not.toBe(first.playground.accounts[0]!.password)
  })

  it('names the port that is taken and the variable that moves it', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    const starting = startPlayground({ authPort: 0, apiPort: port, webPort: 0 })
    await expect(starting).rejects.toThrow(`Port ${port} is taken. Set API_PORT`)
    await new Promise((resolve) => other.close(resolve))
  })
})
