import { describe, expect, it } from 'vitest'
import { testServer } from '../harness/auth-server.js'
import { passwordOf } from '../harness/people.js'

const ann = { username: 'ann', password: passwordOf('ann') }

describe('signing in by a typed call', () => {
  it('starts a session and hands out its cookie', async () => {
    const { auth } = testServer()

    const { setCookies, session, user } = await auth.sessions.signIn(ann)

    expect(user).toEqual({ subject: 'ann' })
    expect(setCookies).toHaveLength(1)
    expect(setCookies[0]).toContain(session.id.slice(0, 8))
  })

  it('tells the operator of a failure, and not which name or password it was', async () => {
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

  it('counts a success as no attempt, however often', async () => {
    const { auth } = testServer()

    for (let time = 0; time < 30; time++) await auth.sessions.signIn({ ...ann, address: '192.0.2.7' })

    expect(auth.figures().session_started).toBe(30)
  })

  it('lets no more through of guesses side by side than of guesses in a row', async () => {
    const { auth } = testServer()

    const outcomes = await Promise.all(
      Array.from({ length: 40 }, () =>
        auth.sessions.signIn({ username: 'ann', password: 'wrong', address: '192.0.2.7' }).catch((error) => error.code),
      ),
    )

    expect(outcomes.filter((code) => code === 'invalid_credentials')).toHaveLength(10)
    expect(outcomes.filter((code) => code === 'too_many_attempts')).toHaveLength(30)
  })

  it('tells people of two tenants apart, sessions and attempts alike', async () => {
    const { auth } = testServer()
    const guess = (tenant: string) =>
      auth.sessions
        .signIn({ username: 'ann', password: 'x', tenant, address: '192.0.2.7' })
        .catch((error) => error.code)
    for (let time = 0; time < 10; time++) await guess('one')

    expect([await guess('one'), await guess('two')]).toEqual(['too_many_attempts', 'invalid_credentials'])
  })

  it('says account_disabled and starts nothing where the directory changes its mind in between', async () => {
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
})
