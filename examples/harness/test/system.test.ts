import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { type System, startSystem } from '../src/system.js'

let system: System

beforeEach(async () => {
  system = await startSystem()
  onTestFinished(() => system.close())
})

async function signIn() {
  const answer = await fetch(`${system.auth.url}/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: system.page.url },
    body: JSON.stringify({ ...system.accounts[0], transport: 'body' }),
  })
  return (await answer.json()) as { readonly access_token: string; readonly refresh_token: string }
}

async function callApi(token: string) {
  const response = await fetch(`${system.api.url}/api/hello`, { headers: { Authorization: `Bearer ${token}` } })
  return { status: response.status, challenge: response.headers.get('WWW-Authenticate'), body: await response.json() }
}

test('a system lets a seeded account in at the business server', async () => {
  const { access_token } = await signIn()

  expect(await callApi(access_token)).toMatchObject({ status: 200, body: { subject: expect.any(String) } })
})

test('when its access tokens expire, the business server says so and the session goes on', async () => {
  const { access_token, refresh_token } = await signIn()

  system.expireAccessTokens()

  const { status, challenge } = await callApi(access_token)
  expect(status).toBe(401)
  expect(challenge).toContain('code="access_token_expired"')
  const refreshed = await fetch(`${system.auth.url}/auth/refresh`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ refresh_token }),
  })
  const next = (await refreshed.json()) as { readonly access_token: string }
  expect((await callApi(next.access_token)).status).toBe(200)
})

test('a guard can treat one token as expired, with the answer that an expired token gets, and no other token', async () => {
  const [expired, other] = [await signIn(), await signIn()]
  const { tokenId } = await system.api.guard.verify(expired.access_token)

  system.api.guard.expire(tokenId)

  const refusal = await callApi(expired.access_token)
  expect((await callApi(other.access_token)).status).toBe(200)
  system.expireAccessTokens()
  expect(refusal).toEqual(await callApi(other.access_token))
})
