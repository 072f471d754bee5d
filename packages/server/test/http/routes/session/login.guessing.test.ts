import { afterEach, describe, expect, it, vi } from 'vitest'
import { testServer } from '../../../harness/auth-server.js'
import { Browser, codeOf } from '../../../harness/browser.js'
import { passwordOf } from '../../../harness/people.js'

/** The real argon2, counted. While there is a gate, each check waits for it. */
const argon2 = vi.hoisted(() => ({ runs: [] as string[], gate: undefined as Promise<void> | undefined }))
vi.mock('@node-rs/argon2', async (original) => {
  const real = await original<typeof import('@node-rs/argon2')>()
  return {
    ...real,
    hash: (...args: Parameters<typeof real.hash>) => {
      argon2.runs.push('hash')
      return real.hash(...args)
    },
    verify: async (...args: Parameters<typeof real.verify>) => {
      const [hash] = args
      argon2.runs.push(`verify ${String(hash).split('$').slice(1, 4).join(' ')}`)
      await argon2.gate
      return real.verify(...args)
    },
  }
})

const path = '/auth/login'
const password = 'a long pass phrase of ann'

async function serverWithAccount(options: object = {}) {
  const server = testServer({ directory: undefined, ...options } as object)
  await server.auth.accounts!.create({ username: 'ann', password })
  argon2.runs.length = 0
  return server
}

async function whole(response: Response) {
  return { status: response.status, headers: [...response.headers], body: await response.text() }
}

afterEach(() => {
  argon2.runs.length = 0
  argon2.gate = undefined
})

describe('guessing at sign-in', () => {
  it.each([
    ['an unknown user', { username: 'nobody', password }],
    ['a string that is not a user name', { username: '\u200b', password }],
    ['a lone surrogate for a name', { username: '\ud800', password }],
    ['the name of a table', { username: "ann' OR '1'='1", password }],
    ['a property of every object', { username: '__proto__', password }],
  ])('answers %s as a wrong password, byte for byte, after one argon2 run of equal parameters', async (_, guess) => {
    const { auth } = await serverWithAccount()
    const wrong = await whole(await new Browser(auth).post(path, { username: 'ann', password: 'a wrong password' }))
    const [expected, ...more] = argon2.runs.splice(0)

    const unknown = await whole(await new Browser(auth).post(path, guess))

    expect(unknown).toEqual(wrong)
    expect(wrong.status).toBe(401)
    expect(more).toEqual([])
    expect(argon2.runs).toEqual([expected])
  })

  it('answers a disabled account as a wrong password, with the right one too', async () => {
    const { auth } = await serverWithAccount()
    const { subject } = (await auth.accounts!.find({ username: 'ann' }))!
    const wrong = await whole(await new Browser(auth).post(path, { username: 'ann', password: 'a wrong password' }))
    await auth.accounts!.setDisabled({ subject }, true)

    expect(await whole(await new Browser(auth).post(path, { username: 'ann', password }))).toEqual(wrong)
  })

  it('is answered 429 with Retry-After after ten wrong passwords, for an account that exists and one that does not', async () => {
    const { auth } = testServer()
    const limits: object[] = []
    for (const username of ['ann', 'nobody']) {
      for (let attempt = 0; attempt < 10; attempt++) {
        expect((await new Browser(auth).post(path, { username, password: 'wrong' })).status).toBe(401)
      }
      limits.push(await whole(await new Browser(auth).post(path, { username, password: passwordOf(username) })))
    }

    expect(limits[0]).toEqual(limits[1])
    expect(limits[0]).toMatchObject({ status: 429 })
    const response = await new Browser(auth).post(path, { username: 'ANN ', password: 'wrong' })
    expect(response.headers.get('Retry-After')).toMatch(/^\d+$/)
    expect(await response.json()).toMatchObject({ code: 'too_many_attempts', verdict: 'fix' })
  })

  it('does not lock a person out at another address, nor for ever', async () => {
    const { auth, clock } = testServer()
    for (let attempt = 0; attempt < 11; attempt++)
      await new Browser(auth).post(path, { username: 'ann', password: 'x' })
    const request = new Browser(auth).request(path, { username: 'ann', password: passwordOf('ann') })

    expect((await auth.fetch(request, { address: '198.51.100.1' })).status).toBe(200)
    expect((await new Browser(auth).post(path, { username: 'ann', password: 'x' })).status).toBe(429)
    clock.advance(15 * 60)
    await new Browser(auth).signIn('ann')
  })

  it('answers a storm over the queue with 503, and refreshes before a single check of the storm has ended', async () => {
    const { auth } = await serverWithAccount({ passwords: { queue: 64 } })
    const { subject } = (await auth.accounts!.find({ username: 'ann' }))!
    const { refreshToken } = await auth.sessions.start({ subject, transport: 'body' })
    let openGate!: () => void
    argon2.gate = new Promise((resolve) => (openGate = resolve))
    let checked = 0

    const storm = Array.from({ length: 120 }, async (_, number) => {
      const request = new Browser(auth).request(path, { username: `user ${number}`, password })
      const response = await auth.fetch(request, { address: `198.51.100.${number}` })
      if (response.status !== 503) checked++
      return response
    })
    await expect.poll(() => argon2.runs.length).toBeGreaterThan(0)
    const refreshed = await new Browser(auth).post('/auth/refresh', { refresh_token: refreshToken })
    const checkedBefore = checked
    openGate()
    const responses = await Promise.all(storm)

    expect([refreshed.status, checkedBefore]).toEqual([200, 0])
    expect(checked).toBeGreaterThan(0)
    const turnedAway = responses.filter(({ status }) => status === 503)
    expect(turnedAway.length).toBeGreaterThan(0)
    expect(turnedAway[0]!.headers.get('Retry-After')).toBe('1')
    expect(await codeOf(turnedAway[0]!)).toBe('service_unavailable')
  })
})
