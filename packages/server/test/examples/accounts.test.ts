import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createGuard } from '@sessionward/guard'
import express from 'express'
import { expect, onTestFinished, test } from 'vitest'
import { administration } from '../../../../examples/accounts/src/administration.js'
import { mount } from '../../src/adapters/express.js'
import { createAuthServer } from '../../src/server.js'
import { memoryStore } from '../../src/store/memory/index.js'
import { passwordOf } from '../harness/people.js'

/** What docs/accounts.md shows: the auth server and the routes of an administrator. */
async function open() {
  const app = express()
  const server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const auth = createAuthServer({
    issuer,
    mode: 'development',
    store: memoryStore(),
    secrets: { refresh: [{ id: 1, secret: randomBytes(48), state: 'minting' }], seal: randomBytes(48) },
    accounts: { registrationScope: 'orders' },
    registrationFields: ['name'],
  })
  const guard = createGuard({ issuer, audience: issuer, keys: () => auth.keys.jwks(), feed: auth.revocations })
  onTestFinished(async () => {
    guard.close()
    server.closeAllConnections()
    server.close()
    await auth.close()
  })
  app.use(mount(auth))
  app.use('/admin', administration(auth, guard))
  const ask = async (method: string, path: string, body?: object, token?: string) => {
    const response = await fetch(issuer + path, {
      method,
      headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
  }
  const signIn = (username: string) =>
    ask('POST', '/auth/login', { username, password: passwordOf(username), transport: 'body' })
  return { auth, ask, signIn }
}

test('an account that registers has the scope and the profile, and is not signed in', async () => {
  const { auth, ask } = await open()
  const ann = { username: 'ann', password: passwordOf('ann') }

  const answers = [
    await ask('POST', '/auth/register', { ...ann, name: 'Ann' }),
    await ask('POST', '/auth/register', ann),
    await ask('POST', '/auth/register', { ...ann, username: 'bob', password: 'short' }),
    await ask('POST', '/auth/register', { ...ann, username: 'bob', role: 'boss' }),
  ]

  expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
    [201, undefined],
    [409, 'username_taken'],
    [400, 'invalid_request'],
    [400, 'invalid_request'],
  ])
  expect(Object.keys(answers[0]!.body)).toEqual(['user'])
  expect(await auth.accounts!.find({ username: 'ANN' })).toMatchObject({ scope: 'orders', profile: { name: 'Ann' } })
})

test('an administrator finds an account by its name, changes its scope and disables it; nobody else may', async () => {
  const { auth, ask, signIn } = await open()
  for (const [username, scope] of [
    ['ann', 'orders'],
    ['root', 'admin'],
  ] as const) {
    await auth.accounts!.create({ username, password: passwordOf(username), scope })
  }
  const [ann, root] = [(await signIn('ann')).body.access_token, (await signIn('root')).body.access_token]

  const refused = await ask('GET', '/admin/accounts?username=ann', undefined, ann)
  const found = await ask('GET', '/admin/accounts?username=ann', undefined, root)
  const unknown = await ask('GET', '/admin/accounts?username=nobody', undefined, root)
  const path = `/admin/accounts/${found.body.subject}`
  await ask('PUT', `${path}/scope`, { scope: 'orders stock' }, root)
  await ask('PUT', `${path}/disabled`, { disabled: true }, root)
  const disabled = await signIn('ann')

  expect([refused, unknown, disabled].map(({ status }) => status)).toEqual([403, 404, 401])
  expect(found.body).not.toHaveProperty('passwordHash')
  expect((await auth.accounts!.find({ username: 'ann' }))?.scope).toBe('orders stock')
})
