import { describe, expect, it } from 'vitest'
import type { AuthServerOptions } from '../../../../src/options.js'
import { testServer } from '../../../harness/auth-server.js'
import { Browser, codeOf } from '../../../harness/browser.js'

const path = '/auth/register'
const ann = { username: 'ann', password: 'a long pass phrase' }

function openServer(options: Partial<AuthServerOptions> = {}) {
  return testServer({ directory: undefined, registration: 'open', ...options } as Partial<AuthServerOptions>)
}

describe('POST /auth/register', () => {
  it('makes an account and signs nobody in', async () => {
    const { auth } = openServer()

    const response = await new Browser(auth).post(path, ann)

    expect(response.status).toBe(201)
    expect(response.headers.get('Cache-Control')).toBe('no-store')
    expect(response.headers.getSetCookie()).toEqual([])
    const { user } = await response.json()
    expect(user).toEqual({ subject: expect.stringMatching(/^[\w-]{22}$/), username: 'ann' })
    expect((await new Browser(auth).post('/auth/login', ann)).status).toBe(200)
    expect(auth.figures()).toMatchObject({ account_created: 1, session_started: 1 })
  })

  it('is not there while registration is closed', async () => {
    const { auth } = testServer({ directory: undefined } as object)

    expect((await new Browser(auth).post(path, ann)).status).toBe(404)
  })

  it('is not there where the people are kept elsewhere', async () => {
    const { auth } = testServer({ registration: 'open' })

    expect((await new Browser(auth).post(path, ann)).status).toBe(404)
  })

  it('takes no name twice, however it is spelled', async () => {
    const { auth } = openServer()
    await new Browser(auth).post(path, ann)

    for (const username of ['ann', 'ANN', ' ann ', 'ａｎｎ']) {
      const response = await new Browser(auth).post(path, { ...ann, username })
      expect(response.status).toBe(409)
      expect(await codeOf(response)).toBe('username_taken')
    }
  })

  it('gives a name to one of twenty who ask at once', async () => {
    const { auth } = openServer()

    const responses = await Promise.all(Array.from({ length: 20 }, () => new Browser(auth).post(path, ann)))

    expect(responses.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(responses.filter(({ status }) => status === 409)).toHaveLength(19)
  })

  it('fills in the fields that configuration lists, and shows them', async () => {
    const { auth } = openServer({ registrationFields: ['name', 'newsletter', 'age'] })

    const response = await new Browser(auth).post(path, { ...ann, name: 'Ann', newsletter: false, age: 30 })

    expect((await response.json()).user).toMatchObject({ name: 'Ann', newsletter: false, age: 30, username: 'ann' })
  })

  it.each(['scope', 'role', 'sub', 'subject', 'tenant', 'disabled', 'passwordHash', 'version', 'toString'])(
    'makes no account for who fills in %s (mass assignment)',
    async (field) => {
      const { auth } = openServer({ registrationFields: ['name'] })

      const response = await new Browser(auth).post(
        path,
        `{"username":"ann","password":"a long pass phrase","${field}":"admin"}`,
      )

      expect(response.status).toBe(400)
      expect(await response.text()).not.toContain(field === 'scope' ? '"scope"' : field)
      expect(await auth.accounts!.find({ username: 'ann' })).toBeNull()
    },
  )

  it('makes nobody’s prototype of a field', async () => {
    const { auth } = openServer({ registrationFields: ['name'] })

    const response = await new Browser(auth).post(
      path,
      '{"username":"ann","password":"a long pass phrase","__proto__":"admin"}',
    )

    expect((await response.json()).user).toEqual({ subject: expect.any(String), username: 'ann' })
  })

  it.each([
    ['an object in a field', { name: { $ne: '' } }],
    ['a list in a field', { name: ['Ann'] }],
    ['a field too long', { name: 'x'.repeat(1025) }],
    ['a short password', { password: 'short' }],
    ['a common password', { password: 'password1' }],
    ['the name for a password', { username: 'annabella', password: 'annabella' }],
    ['a name that nobody can see', { username: '\u200b' }],
    ['a name that is an object', { username: { $gt: '' } }],
    ['a name too long', { username: 'x'.repeat(200) }],
    ['an unprintable field name', { '\u001b[31m<script>alert(1)</script>': {} }],
  ])('refuses %s with 400 and repeats nothing of it', async (_, wrong) => {
    const { auth } = openServer({ registrationFields: ['name'] })

    const response = await new Browser(auth).post(path, { ...ann, ...wrong })

    expect(response.status).toBe(400)
    const text = await response.text()
    for (const said of ['password1', 'annabella', 'script', 'xxxx', '$ne', '$gt']) expect(text).not.toContain(said)
  })

  it('lets no profile field take the place of what the server says of a person', async () => {
    const { auth } = openServer({ registrationFields: ['subject', 'username', 'name'] })

    const response = await new Browser(auth).post(path, { ...ann, subject: 'admin' })

    const { user } = await response.json()
    expect(user.subject).not.toBe('admin')
    expect(user.username).toBe('ann')
  })
})
