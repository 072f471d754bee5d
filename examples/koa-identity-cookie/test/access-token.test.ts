import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type KoaIdentity, startKoaIdentity } from '../src/start.js'

let system: KoaIdentity

beforeAll(async () => {
  system = await startKoaIdentity({ port: 0, users: 'sqlite' })
})
afterAll(() => system?.close())

function post(path: string, headers: Readonly<Record<string, string>> = {}, body: object = {}) {
  return fetch(system.url + path, {
    method: 'POST',
    headers: { Origin: system.url, 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

/** @returns the cookie, as a browser sends it. */
async function signIn(account = system.accounts[0]!): Promise<string> {
  const { username, password } = account
  const response = await post('/auth/login', {}, { username, password })
  return response.headers.getSetCookie()[0]!.split(';')[0]!
}

test('the old path exchanges the cookie again and again, and leaves it as it is', async () => {
  const cookie = await signIn()

  for (let i = 0; i < 3; i++) {
    const response = await post('/access-token', { cookie })

    expect([response.status, response.headers.getSetCookie()]).toEqual([200, []])
    const { code, data } = (await response.json()) as { code: number; data: Record<string, unknown> }
    expect(code).toBe(0)
    expect(data).toEqual({ accessToken: expect.any(String), expiresIn: 30, user: { username: 'ada', name: 'Ada' } })
  }
})

test('no cookie is 401 with a code, and so is one that has ended', async () => {
  const cookie = await signIn(system.accounts[1])
  const { id } = (await system.users.find('lin'))!
  await system.auth.sessions.endAll({ subject: id })

  for (const headers of [{}, { cookie }] as Record<string, string>[]) {
    const response = await post('/access-token', headers)

    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ code: 1002, data: null })
  }
})

test('a page of another site gets nothing with the cookie', async () => {
  const cookie = await signIn()

  const response = await post('/access-token', { cookie, Origin: 'https://evil.example' })

  expect(response.status).toBe(403)
  expect(await response.json()).toMatchObject({ code: 1000, data: null })
})

test('a hundred and twenty dead cookies are no sign-in attempt: the person signs in afterwards', async () => {
  const dead = (await signIn()).replace(/.{8}$/, 'AAAAAAAA')

  const statuses = await Promise.all(
    Array.from({ length: 120 }, async () => (await post('/access-token', { cookie: dead })).status),
  )

  expect(new Set(statuses)).toEqual(new Set([401]))
  expect((await post('/access-token', { cookie: await signIn() })).status).toBe(200)
})

test('a wrong present password changes nothing, although the next one is the real one', async () => {
  const { password } = system.accounts[0]!
  const elsewhere = await signIn()
  const response = await post('/access-token', { cookie: await signIn() })
  const { data } = (await response.json()) as { data: { accessToken: string } }
  const bearer = { Authorization: `Bearer ${data.accessToken}` }

  const refused = await post('/auth/password', bearer, { current: `not ${password}`, next: password })

  expect(refused.status).toBe(401)
  expect((await post('/access-token', { cookie: elsewhere })).status).toBe(200)
})

test('a registration needs eight characters and a name that is free', async () => {
  const register = async (username: string, password: string) => {
    const response = await post('/auth/register', {}, { username, password, name: 'Wang' })
    return [response.status, ((await response.json()) as { code: number }).code]
  }

  expect(await register('wang', 'short')).toEqual([400, 1000])
  expect(await register('wang', 'long enough')).toEqual([201, 0])
  expect(await register('Wang', 'long enough')).toEqual([409, 1000])
})

test('a page whose name was made to point here (DNS rebinding) reads no password and controls nothing', async () => {
  const { port } = new URL(system.url)
  for (const path of ['/', '/control/state']) {
    expect(await statusFor(system.url + path, new URL(system.url).host), path).toBe(200)
    expect(await statusFor(system.url + path, `evil.example:${port}`), path).toBe(421)
  }
})

/** `fetch` does not let a caller choose the Host. */
function statusFor(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers: { host } }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    sent.on('error', reject).end()
  })
}

test('a name that no column holds is a mistake, and not an outage', async () => {
  const response = await post('/auth/register', {}, { username: 'eve', password: 'long enough', name: 'x'.repeat(101) })

  expect(response.status).toBe(400)
})

test('the panel answers 404 for a person whom nobody knows, and for a button that it does not have', async () => {
  const paths = ['disable/nobody', 'enable/nobody', 'password/nobody', 'disable', 'delete/ada', 'toString/ada']

  const statuses = await Promise.all(paths.map(async (path) => (await post(`/control/${path}`)).status))

  expect(statuses).toEqual(paths.map(() => 404))
})
