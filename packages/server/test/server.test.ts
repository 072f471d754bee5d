import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { AnswerError, createAuthServer } from '../src/index.js'
import { memoryStore } from '../src/store/memory/index.js'
import { StoreUnavailableError } from '../src/store/store.js'
import { testServer } from './harness/auth-server.js'
import { Browser } from './harness/browser.js'
import { Holder } from './harness/holder.js'
import { people } from './harness/people.js'
import { testSecrets } from './harness/secrets.js'
import { memoryDriver } from './harness/stores.js'

describe('createAuthServer', () => {
  it('leaves no timer behind where it refuses an option, however late that shows', () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const good = { issuer: 'https://auth.example.com', mode: 'production', store: memoryStore() } as const
    const wrong = [
      { secrets: { ...testSecrets(), refresh: [] } },
      { secrets: { ...testSecrets(), guards: ['short'] } },
      { secrets: testSecrets(), throttle: { knownFor: 0 } },
      { secrets: testSecrets(), signingKey: 'no key' },
    ]

    for (const options of wrong) expect(() => createAuthServer({ ...good, ...options })).toThrow()

    expect(vi.getTimerCount()).toBe(0)
  })

  it('says at the start, before any request, that the seal is not the one of the database, and what to do', async () => {
    const store = memoryStore()
    const first = testServer({ store, secrets: testSecrets() })
    await first.auth.ready()

    const { auth, logged } = testServer({ store, secrets: testSecrets() })
    await expect.poll(() => logged.length).toBe(1)

    expect(logged[0]).toContain(
      'error the auth server cannot serve requests: Error: secrets.seal cannot decrypt the signing key',
    )
    expect(logged[0]).toContain('development-secrets.json')
    expect(logged[0]).toContain('delete the signing keys')
    await expect(auth.ready()).rejects.toThrow('secrets.seal cannot decrypt the signing key')
  })

  it('signs nobody out on a node that has the secrets of another auth server', async () => {
    const store = memoryStore()
    const { auth } = testServer({ store, secrets: testSecrets() })
    const { refreshToken: token } = await auth.sessions.start({ subject: 'ann', transport: 'body' })
    const { auth: stranger } = testServer({ store, secrets: testSecrets() })

    const refused = await stranger.sessions.refresh({ token: token!, transport: 'body' }).catch((error) => error)

    expect(refused).not.toBeInstanceOf(AnswerError)
    expect(refused.message).toContain('secrets.seal cannot decrypt the signing key')
    await expect(auth.sessions.refresh({ token: token!, transport: 'body' })).resolves.toMatchObject({ session: {} })
  })

  it('says at the start that the store is unavailable, and works when it is back', async () => {
    const driver = {
      ...memoryDriver,
      open: (now: () => number) => {
        const { store, dispose } = memoryDriver.open(now)
        let first = true
        const once = async () => {
          if (!first) return store.now()
          first = false
          throw new StoreUnavailableError('the test made the store unavailable')
        }
        return { store: { ...store, now: once }, dispose }
      },
    }
    const { auth, logged } = testServer({}, driver)
    await expect
      .poll(() => logged)
      .toEqual(['warn the auth server is not ready yet: StoreUnavailableError: the test made the store unavailable'])

    await auth.ready()
  })

  it('names the line for the guards where tokens live longer than a guard accepts', () => {
    const { logged } = testServer({ lifetimes: { accessToken: 7200 } })
    const { logged: nothing } = testServer({ lifetimes: { accessToken: 3600 } })

    expect(logged).toEqual([expect.stringContaining('write createGuard({ ..., maxLifetime: 7200 }) in every guard')])
    expect(nothing).toEqual([])
  })

  it('accepts its own tokens of two hours', async () => {
    const { auth } = testServer({ lifetimes: { accessToken: 7200 } })
    const { accessToken } = await auth.sessions.start({ subject: 'ann' })

    const headers = { Authorization: `Bearer ${accessToken}` }
    expect((await auth.fetch(new Request('https://auth.example.com/auth/me', { headers }))).status).toBe(200)
  })

  it('gives the operations of the web as typed calls, on the same sessions', async () => {
    const { auth } = testServer()
    const { setCookies, refreshToken } = await auth.sessions.start({ subject: 'ann' })
    expect(refreshToken).toBeUndefined()
    const browser = new Browser(auth)
    browser.apply(new Response(null, { headers: { 'Set-Cookie': setCookies[0]! } }))

    const response = await browser.post('/auth/refresh')

    expect(await response.json()).toMatchObject({ session: { generation: 1 } })
    const again = await auth.sessions.refresh({ token: [...browser.jar.values()][0]!, transport: 'cookie' })
    expect(again.setCookies).toHaveLength(1)
    expect(again).not.toHaveProperty('refreshToken')
  })

  it('rejects a typed call with an AnswerError that a program can read', async () => {
    const { auth } = testServer()

    const error = await auth.sessions.refresh({ token: 'x', transport: 'body' }).catch((thrown) => thrown)

    expect(error).toBeInstanceOf(AnswerError)
    expect(error.code).toBe('refresh_token_invalid')
  })

  it('lets two nodes share one store: either refreshes, revokes and verifies for the other', async () => {
    const store = memoryStore()
    const secrets = testSecrets()
    const node = () => {
      const auth = createAuthServer({
        issuer: 'https://auth.example.com',
        mode: 'production',
        store,
        secrets,
        directory: people('ann'),
      })
      onTestFinished(() => auth.close())
      return auth
    }
    const [one, two] = [node(), node()]
    const client = await Holder.start(one)

    const answer = await two.sessions.refresh({ token: client.token, transport: 'body' })
    const me = await two.fetch(
      new Request('https://auth.example.com/auth/me', { headers: { Authorization: `Bearer ${answer.accessToken}` } }),
    )
    await two.sessions.end(client.sid, 'signed_out')

    expect(me.status).toBe(200)
    expect(await client.outcome()).toBe('signed_out')
  })

  it('makes one key for many nodes that begin at once, and each token verifies at each of them', async () => {
    const store = memoryStore()
    const secrets = testSecrets()
    const nodes = Array.from({ length: 8 }, () =>
      createAuthServer({
        issuer: 'https://auth.example.com',
        mode: 'production',
        store,
        secrets,
        directory: people('ann'),
      }),
    )
    onTestFinished(async () => void (await Promise.all(nodes.map((node) => node.close()))))

    await Promise.all(nodes.map((node) => node.ready()))

    const sets = await Promise.all(nodes.map(async (node) => (await node.keys.jwks()).keys.map(({ kid }) => kid)))
    expect(new Set(sets.map((kids) => kids.join(' '))).size).toBe(1)
    expect(sets[0]).toHaveLength(2)
  })

  it('answers with the session’s own audience, tenant and client in its access tokens', async () => {
    const { auth } = testServer({ audience: ['orders', 'https://auth.example.com'] })

    const { accessToken } = await auth.sessions.start({ subject: 'x', scope: '', tenant: 'acme', clientId: 'kiosk' })

    const claims = JSON.parse(Buffer.from(accessToken.split('.')[1]!, 'base64url').toString())
    expect(claims).toMatchObject({ aud: ['orders', 'https://auth.example.com'], tenant: 'acme', client_id: 'kiosk' })
  })

  it('closes once pending writes are done, and can be closed twice', async () => {
    const { auth, stored } = testServer()
    const order: string[] = []
    stored.around = async (verb, _, go) => {
      const answer = await go()
      if (verb === 'events.append' || verb === 'close') order.push(verb)
      return answer
    }
    await auth.sessions.start({ subject: 'ann' })

    await auth.close()
    await auth.close()

    expect(order.slice(0, 2)).toEqual(['events.append', 'close'])
  })

  it('keeps no timer that would hold a process open', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    onTestFinished(() => void vi.useRealTimers())
    const { auth } = testServer()
    await auth.sessions.start({ subject: 'ann' })

    await auth.close()

    expect(vi.getTimerCount()).toBe(0)
  })
})
