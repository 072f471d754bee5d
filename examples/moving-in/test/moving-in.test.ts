import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { protect } from '@sessionward/guard/express'
import { type AdoptLegacyOptions, createAuthServer } from '@sessionward/server'
import { mount } from '@sessionward/server/express'
import { memoryStore } from '@sessionward/server/store/memory'
import express from 'express'
import { expect, onTestFinished, test } from 'vitest'
import { guardOfBoth } from '../src/both-tokens.js'
import { fromHs256Pair } from '../src/hs256-pair.js'
import { OldSystem, secret } from './old-system.js'

const until = '2099-12-31'
const audience = 'https://shop.example.com'

test('a real old system moves, and none of its people has to sign in', async () => {
  const old = await oldSystem()
  const people = await Promise.all(
    Array.from({ length: 20 }, async (_, id) => {
      old.system.people.set(id, { password: `password ${id}`, passwordChangedAt: null })
      return signInAtOld(old.url, id)
    }),
  )

  const { url } = await moveIn(old)
  const before = await Promise.all(people.map(({ accessToken }) => orders(url, accessToken)))
  const moved = await Promise.all(people.map(({ cookie }) => refresh(url, cookie)))
  const after = await Promise.all(moved.map(({ accessToken }) => orders(url, accessToken!)))
  const next = await Promise.all(moved.map(({ cookie }) => refresh(url, cookie!)))

  const everybody = people.map((_, id) => ({ status: 200, subject: String(id) }))
  expect(before).toEqual(everybody)
  expect(after).toEqual(everybody)
  expect(next.map(({ status }) => status)).toEqual(people.map(() => 200))
})

test('of two devices the one whose token is older than the change of the password has to sign in', async () => {
  const old = await oldSystem()
  old.system.people.set(1, { password: 'password 1', passwordChangedAt: null })
  old.system.age = 3600
  const stolen = await signInAtOld(old.url, 1)
  old.system.age = 0
  old.system.people.set(1, { password: 'the second', passwordChangedAt: new Date() })
  const own = await signInAtOld(old.url, 1, 'the second')
  const { url } = await moveIn(old)

  const results = [await refresh(url, stolen.cookie), await refresh(url, own.cookie)]

  expect(results.map(({ status, code }) => [status, code])).toEqual([
    [401, 'credentials_changed'],
    [200, undefined],
  ])
})

test('an old refresh token of the same secret is no access token', async () => {
  const old = await oldSystem()
  old.system.people.set(1, { password: 'p', passwordChangedAt: null })
  const { accessToken, refreshToken } = await signInAtOld(old.url, 1, 'p')
  const { url } = await moveIn(old)

  const answers = [await orders(url, accessToken), await orders(url, refreshToken)]

  expect(answers).toMatchObject([{ status: 200 }, { status: 401, code: 'access_token_invalid' }])
})

test('what the old system had revoked does not come back, and an old access token is no refresh token', async () => {
  const old = await oldSystem()
  old.system.people.set(1, { password: 'p', passwordChangedAt: null })
  const { cookie, refreshToken, accessToken } = await signInAtOld(old.url, 1, 'p')
  old.system.blacklist.add(refreshToken)
  const { url } = await moveIn(old)

  const statuses = [await refresh(url, cookie), await refresh(url, `refresh_token=${accessToken}`)]

  expect(statuses.map(({ status }) => status)).toEqual([204, 204])
})

test('the way back: with a share of 0 everybody goes on at the old system, those who have moved stay', async () => {
  const old = await oldSystem()
  for (const id of [1, 2]) old.system.people.set(id, { password: `password ${id}`, passwordChangedAt: null })
  const [first, second] = [await signInAtOld(old.url, 1), await signInAtOld(old.url, 2)]
  const secrets = newSecrets()
  const store = memoryStore()
  const here = await moveIn(old, {}, { secrets, store })
  const moved = await refresh(here.url, first.cookie)
  const back = await moveIn(old, { share: 0 }, { secrets, store, issuer: here.url })

  const stays = await refresh(back.url, second.cookie, here.url)
  const atOld = await fetch(`${old.url}/old/refresh`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ refreshToken: second.refreshToken }),
  })
  const goesOn = await refresh(back.url, moved.cookie!, here.url)

  expect([stays.status, atOld.status, goesOn.status]).toEqual([204, 200, 200])
})

async function oldSystem() {
  const system = new OldSystem()
  return { system, url: await listening(createServer(system.app)) }
}

/** Our auth server beside the old system, and a business server whose guard accepts the tokens of both. */
async function moveIn(
  { system }: { system: OldSystem },
  legacy: Partial<AdoptLegacyOptions> = {},
  { secrets = newSecrets(), store = memoryStore(), issuer = '' } = {},
) {
  const logger = { warn() {}, error: console.error }
  const app = express()
  const url = await listening(createServer(app))
  const auth = createAuthServer({
    issuer: issuer || url,
    mode: 'development',
    audience,
    store,
    secrets,
    logger,
    directory: {
      authenticate: async () => null,
      profile: async ({ subject }) =>
        system.people.has(Number(subject)) ? { user: { subject }, scope: 'orders' } : null,
    },
    adoptLegacy: { ...fromHs256Pair(secret, system, until), ...legacy },
  })
  const ours = { issuer: issuer || url, audience, keys: () => auth.keys.jwks(), feed: auth.revocations, logger }
  const guard = guardOfBoth(ours, secret, until)
  onTestFinished(async () => {
    guard.close()
    await auth.close()
  })
  app.use(mount(auth))
  app.get('/orders', protect(guard, { scope: 'orders' }), (request, response) => {
    response.json({ subject: request.auth.subject })
  })
  return { url }
}

function newSecrets() {
  const random = () => randomBytes(36).toString('base64')
  return { refresh: [{ id: 1, secret: random(), state: 'minting' as const }], seal: random() }
}

async function signInAtOld(url: string, userId: number, password = `password ${userId}`) {
  const response = await fetch(`${url}/old/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ userId, password }),
  })
  const pair = (await response.json()) as ReturnType<OldSystem['pair']>
  return { ...pair, cookie: response.headers.getSetCookie()[0]!.split(';')[0]! }
}

async function refresh(url: string, cookie: string, origin = url) {
  const response = await fetch(`${url}/auth/refresh`, { method: 'POST', headers: { Cookie: cookie, Origin: origin } })
  const body = response.status === 204 ? {} : ((await response.json()) as { access_token?: string; code?: string })
  const [set] = response.headers.getSetCookie()
  return {
    status: response.status,
    code: body.code,
    accessToken: body.access_token,
    // The old cookie stays in the jar: the way back needs it.
    cookie: set && `${cookie}; ${set.split(';')[0]}`,
  }
}

async function orders(url: string, accessToken: string) {
  const response = await fetch(`${url}/orders`, { headers: { Authorization: `Bearer ${accessToken}` } })
  return { status: response.status, ...((await response.json()) as object) }
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
