import { expect, test } from 'vitest'
import { defineBackend } from '../../src/backend/index.js'
import { shape, useBackendWorld } from '../support/backend-world.js'
import { ann, outcome, until } from '../support/world.js'

const world = useBackendWorld()
const orders = () => `${world.backend.origin}/orders`
const wrong = { body: { code: 10401, message: 'The password is wrong.', data: null } }
const { accessToken, ...others } = shape.tokens

async function signInError(options: Parameters<typeof world.json>[0], answer: object) {
  world.backend.script = (path) => (path === '/login' ? answer : undefined)
  const { client } = world.open({ server: world.json(options) })
  await until(() => client.state === 'anonymous')
  return client.signIn(ann).catch((reason) => reason)
}

test('a wrong password is reported with the message and the code of the backend', async () => {
  const error = await signInError({}, wrong)

  expect(error.message).toBe('Sign-in failed: 10401. The password is wrong.')
  expect([error.name, error.code, error.detail]).toEqual([
    'SignInError',
    'invalid_credentials',
    'The password is wrong.',
  ])
})

test('without `code.ok`, a refusal in HTTP 200 is reported with its message and what to configure', async () => {
  const error = await signInError({ code: { expired: 10415 } }, wrong)

  expect(error.code).toBe('unexpected_answer')
  expect(error.detail).toBe(
    'POST /login answered 200 with code 10401 and says "The password is wrong.", but brought no access token at ' +
      '`data.accessToken`. It has: code, message, data. If it refuses, name the code of success in `code.ok`.',
  )
})

test('a wrong path in `tokens` is named, with the keys of the answer and none of their values', async () => {
  const answer = { body: { code: 10200, data: { token: 'secret-1', refreshToken: 'secret-2', roles: ['secret-3'] } } }

  const error = await signInError({}, answer)

  expect(error.code).toBe('unexpected_answer')
  expect(error.message).toContain(
    'POST /login answered 200 with code 10200, but brought no access token at `data.accessToken`. ' +
      'It has: code, data.token, data.refreshToken, data.roles.',
  )
  expect(`${error.message} ${error.cause.message}`).not.toContain('secret')
})

test.each([
  ['another path', { ...others, accessToken: 'token', refreshToken: 'data.refreshToken' }, '`token`'],
  ['a function', { ...others, accessToken: () => undefined as never }, 'what `tokens.accessToken` looks for'],
])('%s that finds no token in the answer to a refresh is named in the cause', async (_, tokens, where) => {
  const first = await world.openSignedIn({ server: world.json({ name: 'X' }) })
  expect(first.client.state).toBe('active')
  world.backend.expireAccessTokens()
  const { client } = world.open({ server: world.json({ name: 'X', tokens }) })

  const error = await client.fetch(orders()).catch((reason) => reason)

  expect(error.cause.message).toContain(`brought no access token at ${where}`)
})

test.each([
  ['not there', 404, 'not_found'],
  ['there with another method', 405, 'method_not_allowed'],
])(
  'a `refresh` path that is %s is named at once, although requests would wait for an outage',
  async (_, status, code) => {
    const { client } = await world.openSignedIn({ patience: 60 })
    world.backend.expireAccessTokens()
    world.backend.script = (path) => (path === '/refresh' ? { status, body: '<h1>Sorry</h1>' } : undefined)

    const error = await client.fetch(orders()).catch((reason) => reason)

    expect([error.name, error.code]).toEqual(['RefreshRefusedError', code])
    expect(error.message).toContain(`GET /refresh answered ${status}`)
    expect(client.state).toBe('active')
  },
)

test('a 404 of `signIn` without a message is a wrong path, with a message a refused sign-in', async () => {
  const path = await signInError({}, { status: 404, body: { error: 'no route' } })
  const account = await signInError({}, { status: 404, body: { message: 'No such account.' } })

  expect([path.code, account.code]).toEqual(['not_found', 'invalid_credentials'])
  expect(path.message).toContain('POST /login answered 404. Is the path or the method misspelt?')
})

test('a backend that does not answer is `unreachable`, whatever error the browser throws', async () => {
  world.backend.script = () => ({ hang: true })
  const { client } = world.open({ server: world.json() })

  const error = await client.signIn(ann).catch((reason) => reason)

  expect([error.code, error.message.split('.')[0]]).toEqual(['unreachable', 'Sign-in failed: unreachable'])
})

test('an error in a function of the backend definition is not `unreachable`', async () => {
  const signIn = async () => JSON.parse('<')
  const { client } = world.open({ server: defineBackend({ name: 'own', signIn, refresh: signIn }) })

  expect(await outcome(client.signIn(ann))).toBe('SignInError unexpected_answer')
})
