import { describe, expect, it } from 'vitest'
import { testServer } from '../harness/auth-server.js'
import { Browser } from '../harness/browser.js'
import { passwordOf, people } from '../harness/people.js'

const ann = { username: 'ann', password: passwordOf('ann') }

describe('signing in by a typed call', () => {
  it('starts a session and hands out its cookie', async () => {
    const { auth } = testServer()

    const { setCookies, session, user } = await auth.sessions.signIn(ann)

    expect(user).toEqual({ subject: 'ann' })
    expect(setCookies).toHaveLength(1)
    expect(setCookies[0]).toContain(session.id.slice(0, 8))
  })

  it('reports a failure as an event, without the name and the password', async () => {
    const { auth, stored } = testServer()
    const heard: unknown[] = []
    auth.on((event) => heard.push(event))

    await expect(auth.sessions.signIn({ username: 'my password by mistake', password: 'x' })).rejects.toMatchObject({
      code: 'invalid_credentials',
    })

    expect(heard).toMatchObject([{ type: 'sign_in_failed', subject: null, sid: null, detail: {} }])
    await auth.close()
    expect(JSON.stringify(await stored.store.events.list({ limit: 10 }))).not.toContain('mistake')
  })

  it('does not count a success as an attempt, however often', async () => {
    const { auth } = testServer()

    for (let time = 0; time < 30; time++) await auth.sessions.signIn({ ...ann, address: '192.0.2.7' })

    expect(auth.figures().session_started).toBe(30)
  })

  it('admits no more guesses side by side than one after another', async () => {
    const { auth } = testServer()

    const outcomes = await Promise.all(
      Array.from({ length: 40 }, () =>
        auth.sessions.signIn({ username: 'ann', password: 'wrong', address: '192.0.2.7' }).catch((error) => error.code),
      ),
    )

    expect(outcomes.filter((code) => code === 'invalid_credentials')).toHaveLength(10)
    expect(outcomes.filter((code) => code === 'too_many_attempts')).toHaveLength(30)
  })

  it('counts attempts of each tenant apart', async () => {
    const { auth } = testServer()
    const guess = (tenant: string) =>
      auth.sessions
        .signIn({ username: 'ann', password: 'x', tenant, address: '192.0.2.7' })
        .catch((error) => error.code)
    for (let time = 0; time < 10; time++) await guess('one')

    expect([await guess('one'), await guess('two')]).toEqual(['too_many_attempts', 'invalid_credentials'])
  })

  it('answers account_disabled and starts nothing where the account is disabled in between', async () => {
    const { auth, directory } = testServer()
    const authenticate = directory.authenticate
    Object.assign(directory, {
      authenticate: async (credentials: Parameters<typeof authenticate>[0]) => {
        const person = await authenticate(credentials)
        directory.profiles.delete('ann')
        return person
      },
    })

    await expect(auth.sessions.signIn(ann)).rejects.toMatchObject({ code: 'account_disabled' })
    expect(auth.figures()).not.toHaveProperty('session_started')
  })

  it('leaves no session, which a policy would count, where `unchanged` of the directory fails', async () => {
    const { auth, directory } = testServer({ policy: { maxSessions: 1, onExceed: 'refuse' } })
    const authenticate = directory.authenticate
    const unchanged = async () => Promise.reject(new Error('connection refused'))
    Object.assign(directory, { authenticate: async () => ({ subject: 'ann', unchanged }) })

    await expect(auth.sessions.signIn(ann)).rejects.toThrow('connection refused')
    Object.assign(directory, { authenticate })

    expect(await auth.sessions.signIn(ann)).toHaveProperty('accessToken')
  })
})

describe('the name that attempts are counted by', () => {
  const guess = (auth: ReturnType<typeof testServer>['auth'], username: string) =>
    auth.sessions.signIn({ username, password: 'wrong', address: '192.0.2.7' }).catch((error) => error.code)

  it('is NFKC, lower case and trimmed by default', async () => {
    const { auth } = testServer()
    const spellings = ['ann', 'ANN', ' ann', 'ａｎｎ', 'Ann ']

    for (let time = 0; time < 10; time++) await guess(auth, spellings[time % spellings.length]!)

    expect(await guess(auth, 'ann')).toBe('too_many_attempts')
    expect(await guess(auth, 'änn')).toBe('invalid_credentials')
  })

  it('is what the directory says', async () => {
    const directory = people('ann')
    directory.canonicalUsername = (username) => username.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
    const { auth } = testServer({ directory })
    const spellings = ['ann', 'änn', 'ánn', 'ANN']

    for (let time = 0; time < 10; time++) await guess(auth, spellings[time % spellings.length]!)

    expect(await guess(auth, 'ànn')).toBe('too_many_attempts')
  })

  it('must be a string, or no password is checked', async () => {
    const { auth } = testServer({
      directory: Object.assign(people('ann'), { canonicalUsername: () => undefined as never }),
    })

    await expect(auth.sessions.signIn(ann)).rejects.toThrow(
      'directory.canonicalUsername returned undefined; it must be a string',
    )
  })

  it('cannot be chosen so that it uses up the attempts to change a password', async () => {
    const directory = people('ann')
    directory.changePassword = async () => 'changed'
    directory.canonicalUsername = (username) => username
    const { auth } = testServer({ directory, throttle: { account: { failures: 1, window: 3600 } } })
    const { accessToken, session } = await auth.sessions.start({ subject: 'ann', transport: 'body' })
    for (const username of ['ann', `session ${session.id}`]) await guess(auth, username)

    const body = { current: 'the present password', next: 'another long password' }
    const headers = { Authorization: `Bearer ${accessToken}` }
    expect((await new Browser(auth).post('/auth/password', body, headers)).status).toBe(204)
  })
})
