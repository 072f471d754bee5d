import { describe, expect, it } from 'vitest'
import { testServer } from '../../../harness/auth-server.js'
import { Browser, codeOf } from '../../../harness/browser.js'
import { loseAnswers } from '../../../harness/stores.js'

const path = '/auth/password'
const [current, next] = ['the old pass phrase', 'the new pass phrase']

async function serverWithAccount() {
  const server = testServer({ directory: undefined } as object)
  await server.auth.accounts!.create({ username: 'ann', password: current })
  const browser = new Browser(server.auth)
  const signIn = async (password: string) =>
    (await browser.post('/auth/login', { username: 'ann', password, transport: 'body' })).json()
  return { ...server, browser, signIn }
}

describe('POST /auth/password', () => {
  it('changes the password, keeps the caller signed in and ends every other session', async () => {
    const { auth, browser, signIn } = await serverWithAccount()
    const [one, other] = [await signIn(current), await signIn(current)]
    const bearer = { Authorization: `Bearer ${one.access_token}` }

    const response = await browser.post(path, { current, next }, bearer)

    expect(response.status).toBe(204)
    expect(response.headers.get('Cache-Control')).toBe('no-store')
    expect(await codeOf(await browser.post('/auth/refresh', { refresh_token: other.refresh_token }))).toBe(
      'credentials_changed',
    )
    expect((await browser.post('/auth/refresh', { refresh_token: one.refresh_token })).status).toBe(200)
    expect(await signIn(current)).toMatchObject({ code: 'invalid_credentials' })
    expect(await signIn(next)).toMatchObject({ token_type: 'Bearer' })
    expect(auth.figures()).toMatchObject({ password_changed: 1, session_revoked: 1 })
  })

  it('ends every other session too where the store changed the password and its answer was lost', async () => {
    const { browser, signIn, stored } = await serverWithAccount()
    const [one, other] = [await signIn(current), await signIn(current)]
    const bearer = { Authorization: `Bearer ${one.access_token}` }
    loseAnswers(stored, 'accounts.changePassword')

    const response = await browser.post(path, { current, next }, bearer)

    expect(response.status).toBe(204)
    expect(await codeOf(await browser.post('/auth/refresh', { refresh_token: other.refresh_token }))).toBe(
      'credentials_changed',
    )
    expect((await browser.post('/auth/refresh', { refresh_token: one.refresh_token })).status).toBe(200)
  })

  it('refuses a wrong current password whatever the next one is: that is not a second guess and ends no session', async () => {
    const { auth, browser, signIn } = await serverWithAccount()
    const [one, other] = [await signIn(current), await signIn(current)]
    const bearer = { Authorization: `Bearer ${one.access_token}` }

    const response = await browser.post(path, { current: 'another pass phrase', next: current }, bearer)

    expect(await codeOf(response)).toBe('invalid_credentials')
    expect((await browser.post('/auth/refresh', { refresh_token: other.refresh_token })).status).toBe(200)
    expect(auth.figures()).not.toHaveProperty('password_changed')
  })

  it('ends a sign-in that was under way with the old password while it changed', async () => {
    const { browser, signIn, stored } = await serverWithAccount()
    const one = await signIn(current)
    let begun = () => {}
    const held = new Promise<void>((resolve) => {
      begun = resolve
    })
    let letGo = () => {}
    const changed = new Promise<void>((resolve) => {
      letGo = resolve
    })
    stored.before = async (verb) => {
      if (verb !== 'sessions.create') return
      begun()
      await changed
    }
    const underWay = signIn(current)
    await held

    await browser.post(path, { current, next }, { Authorization: `Bearer ${one.access_token}` })
    letGo()

    expect(await underWay).toMatchObject({ code: 'invalid_credentials' })
    expect(await stored.store.sessions.listBySubject({ tenant: '', subject: one.user.subject })).toHaveLength(1)
  })

  it('changes nothing without the current password', async () => {
    const { browser, signIn } = await serverWithAccount()
    const [one, other] = [await signIn(current), await signIn(current)]
    const bearer = { Authorization: `Bearer ${one.access_token}` }

    const response = await browser.post(path, { current: 'another pass phrase', next }, bearer)

    expect(response.status).toBe(401)
    expect(await codeOf(response)).toBe('invalid_credentials')
    expect((await browser.post('/auth/refresh', { refresh_token: other.refresh_token })).status).toBe(200)
    expect(await signIn(current)).toMatchObject({ token_type: 'Bearer' })
  })

  it('needs an access token: neither a cookie nor a refresh token will do', async () => {
    const { auth, browser, signIn } = await serverWithAccount()
    await browser.post('/auth/login', { username: 'ann', password: current })
    const { refresh_token } = await signIn(current)

    for (const headers of [{}, { Authorization: `Bearer ${refresh_token}` }] as Record<string, string>[]) {
      const response = await browser.post(path, { current, next }, headers)
      expect(response.status).toBe(401)
      expect(response.headers.get('WWW-Authenticate')).toMatch(/^Bearer/)
    }
    expect(auth.figures()).not.toHaveProperty('password_changed')
  })

  it.each([
    [{ current, next: 'short' }],
    [{ current, next: current }],
    [{ current, next: 'x'.repeat(1025) }],
    [{ current, next: { $ne: '' } }],
    [{ current: { $ne: '' }, next }],
    [{ current, next: ['a long list of characters'] }],
    [{ next }],
    [{}],
  ])('refuses %j with 400 and quotes neither password', async (body) => {
    const { browser, signIn } = await serverWithAccount()
    const { access_token } = await signIn(current)

    const response = await browser.post(path, body, { Authorization: `Bearer ${access_token}` })

    expect(response.status).toBe(400)
    const text = await response.text()
    for (const said of [current, next, 'long list of']) expect(text).not.toContain(said)
    expect(await signIn(current)).toMatchObject({ token_type: 'Bearer' })
  })

  it('limits the guesses of a stolen access token, which do not block the change in another session', async () => {
    const { auth, browser, signIn } = await serverWithAccount()
    const [stolen, own] = [await signIn(current), await signIn(current)]
    const change = (accessToken: string, password: string, address: string) =>
      auth.fetch(browser.request(path, { current: password, next }, { Authorization: `Bearer ${accessToken}` }), {
        address,
      })
    const statuses: number[] = []
    // A password that cannot be hashed is wrong without argon2, which keeps this test short.
    for (let attempt = 0; attempt < 120; attempt++)
      statuses.push((await change(stolen.access_token, '\ud800', `10.0.${attempt}.1`)).status)

    expect(statuses.filter((status) => status === 401)).toHaveLength(100)
    expect(statuses.slice(100)).toEqual(Array(20).fill(429))
    expect((await change(own.access_token, current, '10.0.1.1')).status).toBe(204)
  })

  it('does not count failed sign-ins towards the attempts of a session', async () => {
    const { auth, browser, signIn } = await serverWithAccount()
    const { access_token, session } = await signIn(current)
    for (let attempt = 0; attempt < 101; attempt++) {
      for (const username of [`session ${session.id}`, `SESSION ${session.id}`]) {
        // A password that cannot be hashed is wrong without argon2, which keeps this test short.
        await auth.sessions.signIn({ username, password: '\ud800', address: `10.0.${attempt}.1` }).catch(() => {})
      }
    }

    const response = await browser.post(path, { current, next }, { Authorization: `Bearer ${access_token}` })

    expect(response.status).toBe(204)
  })
})

describe('passwords that are kept elsewhere', () => {
  it('are not changed here: the endpoint is not there', async () => {
    const { auth } = testServer()

    expect((await new Browser(auth).post(path, { current, next })).status).toBe(404)
  })
})
