import { describe, expect, it } from 'vitest'
import type { AuthServerOptions } from '../../../../src/options.js'
import { memoryStore } from '../../../../src/store/memory/memory-store.js'
import { type Account, type Owner, StoreUnavailableError } from '../../../../src/store/store.js'
import { testServer } from '../../../harness/auth-server.js'
import { Browser, codeOf } from '../../../harness/browser.js'

const path = '/auth/register'
const ann = { username: 'ann', password: 'a long pass phrase' }

/** For what is not about hashing. */
const cheap = { passwords: { memory: 8, passes: 1 } }

function openServer(options: Partial<AuthServerOptions> = {}) {
  return testServer({ directory: undefined, registration: 'open', ...options } as Partial<AuthServerOptions>)
}

describe('POST /auth/register', () => {
  it('creates an account and signs nobody in', async () => {
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

  it('answers 201 if the store fails once the account exists, so that nobody registers again', async () => {
    const store = memoryStore()
    let created = false
    const unavailable = () => Promise.reject(new StoreUnavailableError('the store is unavailable'))
    const accounts = {
      ...store.accounts,
      async create(account: Account) {
        const outcome = await store.accounts.create(account)
        created = true
        return outcome
      },
      find: (owner: Owner) => (created ? unavailable() : store.accounts.find(owner)),
    }
    const now = () => (created ? unavailable() : store.now())
    const { auth } = openServer({ store: { ...store, accounts, now } })

    const response = await new Browser(auth).post(path, ann)

    expect(response.status).toBe(201)
    expect(await response.json()).toEqual({ user: { subject: expect.stringMatching(/^[\w-]{22}$/) } })
  })

  it('is not there while registration is closed', async () => {
    const { auth } = testServer({ directory: undefined } as object)

    const response = await new Browser(auth).post(path, ann)

    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ code: 'not_found', detail: 'registration is closed on this server' })
  })

  it('is not there where the people are kept elsewhere', async () => {
    const { auth } = testServer({ registration: 'open' })

    expect((await new Browser(auth).post(path, ann)).status).toBe(404)
  })

  it('accepts no name twice, whatever its spelling', async () => {
    const { auth } = openServer()
    await new Browser(auth).post(path, ann)

    for (const username of ['ann', 'ANN', ' ann ', 'ａｎｎ']) {
      const response = await new Browser(auth).post(path, { ...ann, username })
      expect(response.status).toBe(409)
      expect(await codeOf(response)).toBe('username_taken')
    }
  })

  it('gives a name to one of ten that ask at once', async () => {
    const { auth } = openServer()

    const responses = await Promise.all(Array.from({ length: 10 }, () => new Browser(auth).post(path, ann)))

    expect(responses.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(responses.filter(({ status }) => status === 409)).toHaveLength(9)
  })

  it('answers 429 with Retry-After after 20 in an hour from one address, taken names included', async () => {
    const { auth, clock } = openServer(cheap)
    const outcomes: number[] = []
    for (let time = 0; time < 20; time++) outcomes.push((await new Browser(auth).post(path, ann)).status)

    const refused = await new Browser(auth).post(path, { ...ann, username: 'bob' })

    expect(outcomes).toEqual([201, ...Array(19).fill(409)])
    expect(refused.status).toBe(429)
    expect(await codeOf(refused)).toBe('too_many_requests')
    expect(refused.headers.get('Retry-After')).toBe('3600')
    const elsewhere = new Browser(auth).request(path, { ...ann, username: 'bob' })
    expect((await auth.fetch(elsewhere, { address: '198.51.100.1' })).status).toBe(201)
    clock.advance(3600)
    expect((await new Browser(auth).post(path, { ...ann, username: 'eve' })).status).toBe(201)
  })

  it('does not count a registration whose password was not hashed', async () => {
    const { auth } = openServer({ ...cheap, throttle: { registration: { requests: 1, window: 3600 } } })
    for (let time = 0; time < 3; time++) {
      expect((await new Browser(auth).post(path, { ...ann, password: 'short' })).status).toBe(400)
    }

    expect((await new Browser(auth).post(path, ann)).status).toBe(201)
    expect((await new Browser(auth).post(path, { ...ann, username: 'bob' })).status).toBe(429)
  })

  it('answers part of a flood with 503 and lets people sign in meanwhile', async () => {
    const { auth } = openServer()
    await auth.accounts!.create(ann)

    const flood = Array.from({ length: 100 }, (_, number) => {
      const request = new Browser(auth).request(path, { ...ann, username: `user ${number}` })
      return auth.fetch(request, { address: `198.51.100.${number}` })
    })
    const signIns = Array.from({ length: 20 }, (_, number) => {
      const request = new Browser(auth).request('/auth/login', ann)
      return auth.fetch(request, { address: `203.0.113.${number}` })
    })

    expect((await Promise.all(signIns)).map(({ status }) => status)).toEqual(Array(20).fill(200))
    const statuses = (await Promise.all(flood)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 503).length).toBeGreaterThan(0)
    expect(statuses.filter((status) => status === 201).length).toBeGreaterThan(0)
  })

  it('fills in the fields that configuration lists, and shows them', async () => {
    const { auth } = openServer({ registrationFields: ['name', 'newsletter', 'age'] })

    const response = await new Browser(auth).post(path, { ...ann, name: 'Ann', newsletter: false, age: 30 })

    expect((await response.json()).user).toMatchObject({ name: 'Ann', newsletter: false, age: 30, username: 'ann' })
  })

  it.each(['scope', 'role', 'sub', 'subject', 'tenant', 'disabled', 'passwordHash', 'version', 'toString'])(
    'creates no account for a request that fills in %s (mass assignment)',
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

  it('makes no prototype of a field', async () => {
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

  it('does not let a profile field replace a member that the server sets', async () => {
    const { auth } = openServer({ registrationFields: ['subject', 'username', 'name'] })

    const response = await new Browser(auth).post(path, { ...ann, subject: 'admin' })

    const { user } = await response.json()
    expect(user.subject).not.toBe('admin')
    expect(user.username).toBe('ann')
  })
})
