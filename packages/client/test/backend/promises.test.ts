import { expect, test } from 'vitest'
import { useBackendWorld } from '../support/backend-world.js'
import { codes } from '../support/strict-backend.js'
import { ann, bob, outcome, until } from '../support/world.js'

const world = useBackendWorld()
const orders = () => `${world.backend.origin}/orders`

async function dataOf(response: Promise<Response>): Promise<unknown> {
  return ((await (await response).json()) as { data?: unknown }).data
}

test('thirty requests that meet an expired token are answered after one refresh, each with its body', async () => {
  const { client } = await world.openSignedIn()
  world.backend.expireAccessTokens()

  const numbers = Array.from({ length: 30 }, (_, n) => `${n}`)
  const answers = await Promise.all(numbers.map((body) => dataOf(client.fetch(orders(), { method: 'POST', body }))))

  expect(answers).toEqual(numbers.map((body) => ({ name: 'ann', body })))
  expect(world.backend.count('/refresh')).toBe(1)
  expect(world.backend.calls.filter(({ code, path }) => path === '/orders' && code === codes.ok)).toHaveLength(30)
})

test('the refresh token is sent with refresh and sign-out only, the access token with requests', async () => {
  const { client } = await world.openSignedIn()
  world.backend.expireAccessTokens()
  await client.fetch(orders())
  await client.signOut()

  const carried = (name: string) => world.backend.calls.filter(({ headers }) => headers[name]).map(({ path }) => path)

  expect(carried('refreshtoken')).toEqual(['/refresh', '/logout'])
  expect(carried('accesstoken')).toEqual(['/orders', '/orders', '/logout'])
})

test.each([true, false])(
  'three tabs refresh once, and no refresh token is used twice; Web Locks: %s',
  async (locks) => {
    const first = await world.openSignedIn({}, { locks })
    const tabs = [first, world.open({}, { locks }), world.open({}, { locks })]
    await until(() => tabs.every(({ client }) => client.state === 'active'))

    for (let round = 1; round <= 3; round++) {
      world.backend.expireAccessTokens()
      const answers = await Promise.all(
        tabs.flatMap(({ client }) => [1, 2, 3].map(() => dataOf(client.fetch(orders())))),
      )
      expect(answers).toEqual(Array(9).fill({ name: 'ann', body: '' }))
      expect(world.backend.count('/refresh')).toBe(round)
    }

    expect(world.backend.reused).toBe(false)
  },
)

test('a late refusal of an old token is replayed with the new one and no second refresh', async () => {
  const { client } = await world.openSignedIn()
  let release = () => {}
  const late = new Promise<void>((resolve) => {
    release = resolve
  })
  world.backend.script = async (path) => {
    if (path !== '/late') return undefined
    world.backend.script = undefined
    await late
    return { body: { code: codes.expired } }
  }
  const waiting = dataOf(client.fetch(`${world.backend.origin}/late`))
  await until(() => world.backend.count('/late') === 1)
  world.backend.expireAccessTokens()
  await client.fetch(orders())

  release()

  expect(await waiting).toEqual({ name: 'ann', body: '' })
  expect(world.backend.count('/refresh')).toBe(1)
})

test('a request is replayed at most once: a second refusal goes to the caller', async () => {
  const { client } = await world.openSignedIn()
  world.backend.script = (path) => (path === '/orders' ? { body: { code: codes.expired } } : undefined)

  const answer = await client.fetch(orders())

  expect(await answer.json()).toEqual({ code: codes.expired })
  expect(world.backend.count('/orders')).toBe(2)
})

test('fresh tokens that are always refused cause three refreshes and no more', async () => {
  const { client } = await world.openSignedIn()
  world.backend.script = (path) => (path === '/orders' ? { body: { code: codes.expired } } : undefined)

  for (let n = 0; n < 10; n++) await client.fetch(orders())

  expect(world.backend.count('/refresh')).toBe(3)
})

test.each([
  ['a code for an invalid refresh token', { body: { code: codes.invalid } }, 'SignedOutError refresh_token_invalid'],
  ['a code for a replaced session', { body: { code: codes.replaced } }, 'SignedOutError session_replaced'],
  ['the code for an expired token', { body: { code: codes.expired } }, 'SignedOutError refresh_token_expired'],
  ['status 401', { status: 401, body: {} }, 'SignedOutError refresh_token_invalid'],
  ['a code that nobody listed', { body: { code: 10500 } }, 'RefreshUnavailableError'],
  ['status 500', { status: 500, body: {} }, 'RefreshUnavailableError'],
  ['a cut socket', { cut: true }, 'RefreshUnavailableError'],
  ['nothing', { hang: true }, 'RefreshUnavailableError'],
])('a refresh that is answered with %s settles all thirty waiting requests', async (_, answer, expected) => {
  const { client } = await world.openSignedIn()
  world.backend.expireAccessTokens()
  world.backend.script = (path) => (path === '/refresh' ? answer : undefined)

  const ends = await Promise.all(Array.from({ length: 30 }, () => outcome(client.fetch(orders()))))

  expect(ends).toEqual(Array(30).fill(expected))
  expect(world.backend.count('/refresh')).toBe(1)
  expect(client.state).toBe(expected.startsWith('Signed') ? 'anonymous' : 'degraded')
})

test('after a failed refresh the next request tries again', async () => {
  const tab = await world.openSignedIn()
  world.backend.expireAccessTokens()
  world.backend.script = (path) => (path === '/refresh' ? { status: 503, body: {} } : undefined)
  await outcome(tab.client.fetch(orders()))
  world.backend.script = undefined
  tab.pass(5000)

  expect(await dataOf(tab.client.fetch(orders()))).toEqual({ name: 'ann', body: '' })
})

test('a sign-in on another device ends the session with that reason, and nothing is replayed', async () => {
  const { client } = await world.openSignedIn({ onReauth: () => {} })
  await fetch(`${world.backend.origin}/login`, { method: 'POST', body: JSON.stringify(ann) })

  const end = await outcome(client.fetch(orders(), { method: 'POST', body: 'once' }))

  expect(end).toBe('SignedOutError session_replaced')
  expect([client.state, client.reason]).toEqual(['anonymous', 'session_replaced'])
  expect(world.backend.count('/orders')).toBe(1)
  expect(world.backend.count('/refresh')).toBe(0)
})

test("one person's request is never sent as another", async () => {
  const { client } = await world.openSignedIn()
  const other = world.open()
  await until(() => other.client.state === 'active')
  world.backend.expireAccessTokens()
  world.backend.script = async (path) => {
    if (path !== '/refresh') return undefined
    world.backend.script = undefined
    void other.client.signIn(bob)
    return { status: 503, body: {} }
  }
  const waiting = outcome(client.fetch(`${world.backend.origin}/of-ann`))

  expect(await waiting).toMatch(/SessionChangedError|RefreshUnavailableError/)
  await until(() => client.user?.username === 'bob')
  expect(world.backend.calls.filter(({ path, code }) => path === '/of-ann' && code === codes.ok)).toEqual([])
})

test('a page that opens continues the session with its refresh token and keeps the user', async () => {
  const first = await world.openSignedIn()
  first.client.destroy()

  const { client } = world.open()
  await until(() => client.state === 'active')

  expect(client.user).toEqual({ id: 1, username: 'ann' })
  expect(world.backend.count('/refresh')).toBe(1)
})

test('a refused sign-in has the message of the backend', async () => {
  const { client } = world.open()

  const error = await client.signIn({ ...ann, password: 'wrong' }).catch((reason) => reason)

  expect(error).toMatchObject({ name: 'SignInError', code: 'invalid_credentials', detail: 'Wrong name or password.' })
  expect(error.cause).toMatchObject({ name: 'SignInRefusedError', code: '10401' })
})
