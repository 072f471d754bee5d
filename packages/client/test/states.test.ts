import { describe, expect, test } from 'vitest'
import { RefreshUnavailableError } from '../src/index.js'
import { readVault, type VaultRecord } from '../src/vault/vault.js'
import { memoryVault } from './support/memory-vault.js'
import { ann, bob, fast, outcome, problem, until, useWorld } from './support/world.js'

const world = useWorld()

const strangeAnswer = (strange: object) => ({
  access_token: 'a',
  expires_in: 300,
  session: { id: 's', generation: 1 },
  user: {},
  ...strange,
})

describe('opening a page', () => {
  test('is anonymous, without an error, if there is no session', async () => {
    const { client } = world.open()
    const said: string[] = []
    client.on('signout', () => said.push('signout'))
    client.on('reauth', () => said.push('reauth'))
    client.on('degraded', () => said.push('degraded'))

    const before = client.state
    await until(() => client.state !== 'unknown')

    expect(before).toBe('unknown')
    expect(client.state).toBe('anonymous')
    expect(said).toEqual([])
  })

  test('is anonymous, without an error, if the cookie ended with the browser', async () => {
    const first = await world.openSignedIn()
    first.client.destroy()
    world.browser.jar.clear()
    const said: string[] = []

    const { client } = world.open({ onReauth: () => said.push('reauth') })
    client.on('signout', () => said.push('signout'))
    await until(() => client.state !== 'unknown')

    expect(client.state).toBe('anonymous')
    expect(said).toEqual([])
  })

  test('is signed in again by the cookie, with one refresh', async () => {
    const first = await world.openSignedIn()
    first.client.destroy()

    const { client } = world.open()
    await until(() => client.state !== 'unknown')

    expect(client.state).toBe('active')
    expect(client.user).toEqual({ username: 'ann' })
    expect(world.server.refreshes()).toBe(1)
  })

  test('in body transport takes the access token of another tab, with no refresh', async () => {
    await world.openSignedIn({ transport: 'body' })

    const { client } = world.open({ transport: 'body' })
    await until(() => client.state !== 'unknown')

    expect([client.state, client.session?.generation]).toEqual(['active', 0])
    expect(world.server.refreshes()).toBe(0)
  })

  test('names no session to the auth server, and causes one refresh for all pages that open at once', async () => {
    await world.openSignedIn()

    const tabs = [1, 2, 3, 4].map(() => world.open())
    await until(() => tabs.every(({ client }) => client.state === 'active'))

    expect(world.server.calls.slice(1)).toEqual([{ path: 'refresh', sid: undefined, status: 200 }])
  })

  test('takes the access token of another tab while the auth server is unavailable', async () => {
    await world.openSignedIn()
    world.server.script = () => ({ status: 503 })

    const { client } = world.open()
    await until(() => client.state !== 'unknown')

    expect(client.state).toBe('active')
    expect(await outcome(client.fetch(world.hello))).toBe('200')
  })

  test('is anonymous after a sign-out, with its reason', async () => {
    const first = await world.openSignedIn()
    await first.client.signOut()

    const { client } = world.open()
    await until(() => client.state !== 'unknown')

    expect([client.state, client.reason]).toEqual(['anonymous', 'signed_out'])
    expect(world.server.calls.at(-1)).toMatchObject({ path: 'refresh', status: 204 })
  })

  test('knows who is signed in while the auth server is unavailable, and comes back', async () => {
    const first = await world.openSignedIn()
    first.client.destroy()
    world.server.script = () => ({ status: 503 })

    const tab = world.open()
    const users: unknown[] = []
    world.server.script = () => {
      users.push(tab.client.user)
      return { status: 503 }
    }
    await until(() => tab.client.state !== 'unknown')
    users.push(tab.client.user)
    // Who was signed in last is not shown while the auth server may still say who is.
    expect([tab.client.state, users]).toEqual(['degraded', [undefined, { username: 'ann' }]])
    expect(await outcome(tab.client.fetch(world.hello))).toBe('RefreshUnavailableError')
    world.server.script = undefined
    tab.pass(2000)

    await until(() => tab.client.state === 'active')
    expect(await outcome(tab.client.fetch(world.hello))).toBe('200')
  })

  test('leaves the person unknown while neither vault nor auth server answers', async () => {
    world.server.script = () => ({ cut: true })
    const tab = world.open()

    expect(await outcome(tab.client.fetch(world.hello))).toBe('RefreshUnavailableError')
    expect(tab.client.state).toBe('unknown')
    world.server.script = undefined
    tab.pass(2000)

    await until(() => tab.client.state === 'anonymous')
  })

  test('gives the reason, and lets requests wait for a sign-in, if the session of the vault has ended', async () => {
    const first = await world.openSignedIn()
    first.client.destroy()
    world.server.end(first.client.session?.id ?? [...world.server.sessions.keys()][0]!, 'session_revoked')

    const reasons: string[] = []
    const { client } = world.open({ onReauth: ({ reason }) => reasons.push(reason) })
    const waiting = client.fetch(world.hello)
    await until(() => client.state === 'reauth')
    await client.signIn(ann)

    expect(reasons).toEqual(['session_revoked'])
    expect((await waiting).status).toBe(200)
  })
})

describe('a refresh', () => {
  test('that loses a race is sent again within the flight', async () => {
    const { client } = await world.openSignedIn()
    let raced = 0
    world.server.script = (path) => {
      if (path !== 'refresh' || raced === 2) return undefined
      raced++
      return problem(409, 'refresh_raced', 'retry')
    }
    world.server.expireAccessTokens()

    expect(await outcome(client.fetch(world.hello))).toBe('200')
    expect(raced).toBe(2)
    expect(client.state).toBe('active')
  })

  test('that loses every race is given up, and nobody is signed out', async () => {
    const { client } = await world.openSignedIn()
    world.server.script = () => problem(409, 'refresh_raced', 'retry')
    world.server.expireAccessTokens()

    expect(await outcome(client.fetch(world.hello))).toBe('RefreshUnavailableError')
    expect(client.state).toBe('degraded')
  })

  test.each([
    ['a cut connection', { cut: true }],
    ['no answer in time', { hang: true }],
    ['408', { status: 408 }],
    ['425', { status: 425 }],
    ['429', { status: 429 }],
    ['500', { status: 500 }],
    ['503 with verdict retry', problem(503, 'service_unavailable', 'retry')],
    ['500 with verdict terminal', problem(500, 'session_revoked', 'terminal')],
    ['a 401 that is not ours', { status: 401, body: '<h1>Proxy sign-in</h1>' }],
    ['a 200 that is not ours', { status: 200, headers: { 'Content-Type': 'text/html' }, body: '<h1>Wifi</h1>' }],
    ['a 200 of other JSON', { status: 200, body: { access_token: 1 } }],
    ['a 200 with a token that no header can carry', { body: strangeAnswer({ access_token: 'a\nb' }) }],
    ['a 200 with an empty token', { body: strangeAnswer({ access_token: '' }) }],
    ['a 200 with a negative lifetime', { body: strangeAnswer({ expires_in: -1 }) }],
    ['a 200 with a session of no id', { body: strangeAnswer({ session: { id: '', generation: 1 } }) }],
    ['a 200 with a user that is no object', { body: strangeAnswer({ user: 'ann' }) }],
    ['a problem without a code', { ...problem(401, '', 'terminal'), body: { verdict: 'terminal' } }],
  ])('answered by %s rejects the waiting requests and signs nobody out', async (_, answer) => {
    const tab = await world.openSignedIn()
    world.server.expireAccessTokens()
    world.server.script = (path) => (path === 'refresh' ? answer : undefined)

    const requests = Array.from({ length: 10 }, () => tab.client.fetch(world.hello).catch((error) => error))
    const errors = (await Promise.all(requests)) as RefreshUnavailableError[]

    expect(errors.map((error) => error.name)).toEqual(Array(10).fill('RefreshUnavailableError'))
    expect(errors[0]!.cause).toBeInstanceOf(Error)
    expect(tab.client.state).toBe('degraded')
    expect(world.server.refreshes()).toBe(1)
    world.server.script = undefined
    tab.pass(2000)
    await until(() => tab.client.state === 'active')
    expect(await outcome(tab.client.fetch(world.hello))).toBe('200')
  })

  test('whose answer is lost is sent again', async () => {
    const tab = await world.openSignedIn()
    world.server.expireAccessTokens()
    let lost = false
    world.server.script = (path) => {
      if (path !== 'refresh' || lost) return undefined
      lost = true
      return { lose: true }
    }

    expect(await outcome(tab.client.fetch(world.hello))).toBe('RefreshUnavailableError')
    tab.pass(2000)
    await until(() => tab.client.state === 'active')

    expect(await outcome(tab.client.fetch(world.hello))).toBe('200')
  })

  test.each(['session_revoked', 'refresh_token_reused', 'refresh_token_invalid', 'account_disabled'])(
    'answered %s ends the session with that reason',
    async (code) => {
      const { client } = await world.openSignedIn()
      const reasons: string[] = []
      client.on('signout', ({ reason }) => reasons.push(reason))
      world.server.expireAccessTokens()
      world.server.script = () => problem(401, code, 'terminal')

      const ended = await Promise.all([1, 2, 3].map(() => outcome(client.fetch(world.hello))))

      expect(ended).toEqual(Array(3).fill(`SignedOutError ${code}`))
      expect([client.state, client.reason, client.user]).toEqual(['anonymous', code, undefined])
      expect(reasons).toEqual([code])
      // The one that named the session, and one for whatever else the cookie jar may hold.
      expect(world.server.calls.slice(1).map(({ sid }) => Boolean(sid))).toEqual([true, false])
    },
  )

  test('that is refused because the cookies belong to a later session takes over that session', async () => {
    const { client } = await world.openSignedIn()
    const changed: unknown[] = []
    client.on('subjectchange', ({ user }) => changed.push(user))
    world.signInElsewhere('bob')
    world.server.expireAccessTokens()

    expect(await outcome(client.fetch(world.hello))).toBe('SessionChangedError')
    expect(changed).toEqual([{ username: 'bob' }])
    expect(world.server.apiCalls.map(({ subject }) => subject)).not.toContain('bob')
  })
})

test('an answer without a refresh token is invalid in body transport', async () => {
  const { client } = world.open({ transport: 'body' })
  world.server.script = () => ({ body: strangeAnswer({}) })

  expect(await outcome(client.signIn(ann))).toBe('SignInError unreachable')
  expect(client.user).toBeUndefined()
})

test('the single token of a sliding session is kept as the refresh token in body transport, not in cookie transport', async () => {
  const claims = Buffer.from(JSON.stringify({ sub: 'ann', jti: 'j', rot: { gen: 0, par: '' } })).toString('base64url')
  const single = `x.${claims}.x`
  world.server.script = () => ({ body: strangeAnswer({ access_token: single }) })
  const kept = async () =>
    (await readVault(world.browser.vault(`sessionward ${world.server.origin}/auth default`)))?.session?.refreshToken

  await world.open({ transport: 'body' }).client.signIn(ann)
  expect(await kept()).toBe(single)
  await world.open({ transport: 'cookie' }).client.signIn(ann)
  expect(await kept()).toBeUndefined()
})

test('a refresh token in the body of an answer is discarded in cookie transport', async () => {
  const { client } = world.open()
  world.server.script = () => ({ body: strangeAnswer({ refresh_token: 'secret' }) })

  await client.signIn(ann)

  const record = await readVault(world.browser.vault(`sessionward ${world.server.origin}/auth default`))
  expect(record?.session?.sid).toBe('s')
  expect(JSON.stringify(record)).not.toContain('secret')
})

describe('an auth server that is unavailable', () => {
  test('is retried after at most 4 s at first and 30 s later, and not by every request', async () => {
    const tab = await world.openSignedIn()
    world.server.expireAccessTokens()
    world.server.script = () => ({ status: 500 })
    const waits: number[] = []
    tab.client.on('degraded', ({ error }) => waits.push(error.retryAfter))

    await outcome(tab.client.fetch(world.hello))
    for (let n = 0; n < 20; n++) expect(await outcome(tab.client.fetch(world.hello))).toBe('RefreshUnavailableError')
    expect(world.server.refreshes()).toBe(1)
    for (let tries = 2; tries < 16; tries++) {
      tab.pass(waits.at(-1)! * 1000 + 1)
      await until(() => waits.length === tries)
    }

    const sofar = waits.map((_, n) => waits.slice(0, n).reduce((sum, wait) => sum + wait, 0))
    const longest = waits.map((_, n) => (sofar[n]! < 29 ? Math.min(4, 2 ** n) : sofar[n]! > 31 ? 30 : undefined))
    for (const [n, wait] of waits.entries()) {
      if (longest[n] === undefined) continue
      expect(wait).toBeGreaterThan(longest[n] * 0.69)
      expect(wait).toBeLessThanOrEqual(longest[n])
    }
    expect(waits.at(-1)).toBeGreaterThan(20)
  })

  test('is not retried before its Retry-After', async () => {
    const tab = await world.openSignedIn()
    world.server.expireAccessTokens()
    world.server.script = () => problem(503, 'service_unavailable', 'retry', { 'Retry-After': '120' })

    const error = (await tab.client.fetch(world.hello).catch((reason) => reason)) as RefreshUnavailableError
    expect(error).toBeInstanceOf(RefreshUnavailableError)
    expect(error.retryAfter).toBe(120)
    tab.pass(110_000)
    tab.wake()
    await outcome(tab.client.fetch(world.hello))
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(world.server.refreshes()).toBe(1)
    world.server.script = undefined
    tab.pass(11_000)

    await until(() => tab.client.state === 'active')
  })

  test('is retried at once when the page is visible or online again', async () => {
    const tab = await world.openSignedIn()
    world.server.expireAccessTokens()
    world.server.script = () => ({ cut: true })
    await outcome(tab.client.fetch(world.hello))
    world.server.script = undefined

    tab.wake()

    await until(() => tab.client.state === 'active')
  })

  test('does not keep requests from being sent while the access token is good', async () => {
    const tab = await world.openSignedIn()
    world.server.script = () => ({ cut: true })
    tab.pass(290_000)
    await until(() => tab.client.state === 'degraded')

    expect(await outcome(tab.client.fetch(world.hello))).toBe('200')
  })
})

describe('a person who must sign in again', () => {
  async function openEnded(onReauth: NonNullable<Parameters<typeof world.open>[0]>['onReauth'], seconds = fast.reauth) {
    const tab = await world.openSignedIn({ onReauth, timeouts: { ...fast, reauth: seconds } })
    for (const sid of world.server.sessions.keys()) world.server.end(sid, 'session_revoked')
    world.server.expireAccessTokens()
    return tab
  }

  test('and does so has the waiting requests replayed', async () => {
    const { client } = await openEnded(() => {})
    const requests = [1, 2, 3].map(() => client.fetch(world.hello))
    await until(() => client.state === 'reauth')
    expect(client.user).toEqual({ username: 'ann' })

    await client.signIn(ann)

    expect((await Promise.all(requests)).map(({ status }) => status)).toEqual([200, 200, 200])
  })

  test('but is replaced by another has the requests rejected and never sent', async () => {
    const { client } = await openEnded(() => {})
    const request = client.fetch(world.hello, { method: 'POST', body: 'from ann' })
    await until(() => client.state === 'reauth')
    const changed: unknown[] = []
    client.on('subjectchange', ({ user }) => changed.push(user))

    const waiting = request.catch((error) => error)
    await client.signIn(bob)

    // It was sent as the first person, and refused.
    expect(await waiting).toMatchObject({ name: 'SessionChangedError', sent: true })
    expect(changed).toEqual([{ username: 'bob' }])
    expect(world.server.apiCalls.filter(({ subject }) => subject === 'bob')).toEqual([])
  })

  test.each([
    ['cancels', 'reauth_cancelled', ({ cancel }: { cancel: () => void }) => void setTimeout(cancel, 50)],
    ['closes the dialog', 'reauth_cancelled', () => Promise.resolve()],
    ['closes it with an error', 'reauth_cancelled', () => Promise.reject(new Error('closed'))],
    ['lets the time pass', 'reauth_timeout', () => {}],
  ])('but %s is signed out, and the requests reject with the reason', async (_, reason, onReauth) => {
    const tab = await openEnded(onReauth)
    const request = outcome(tab.client.fetch(world.hello))
    await until(() => tab.client.state !== 'active' && tab.client.state !== 'refreshing')
    if (reason === 'reauth_timeout') tab.pass(2000)

    expect(await request).toBe(`SignedOutError ${reason}`)
    expect(tab.client.state).toBe('anonymous')
  })

  test('has at most a hundred requests waiting', async () => {
    const { client } = await openEnded(() => {}, 30)
    const some = Array.from({ length: 100 }, () => outcome(client.fetch(world.hello)))
    await until(() => client.state === 'reauth')
    expect(await Promise.race([some[0], Promise.resolve('waits')])).toBe('waits')

    const all = [...some, outcome(client.fetch(world.hello))]

    expect(new Set(await Promise.all(all))).toEqual(new Set(['SignedOutError reauth_crowded']))
  })

  test('can sign out instead', async () => {
    const { client } = await openEnded(() => {})
    const request = outcome(client.fetch(world.hello))
    await until(() => client.state === 'reauth')

    await client.signOut()

    expect(await request).toBe('SignedOutError signed_out')
  })

  test('does not keep a request from being aborted', async () => {
    const { client } = await openEnded(() => {})
    const abort = new AbortController()
    const request = outcome(client.fetch(world.hello, { signal: abort.signal }))
    await until(() => client.state === 'reauth')

    abort.abort()

    expect(await request).toBe('AbortError')
    expect(client.state).toBe('reauth')
  })
})

describe('signing out', () => {
  test('during a refresh takes precedence', async () => {
    const { client } = await world.openSignedIn()
    world.server.expireAccessTokens()
    let release: (() => void) | undefined
    world.server.script = async (path) => {
      if (path === 'refresh') await new Promise<void>((resolve) => (release = resolve))
      return undefined
    }
    const request = outcome(client.fetch(world.hello))
    await until(() => release !== undefined)

    const out = client.signOut()
    expect(client.state).toBe('anonymous')
    release?.()
    await out

    expect(await request).toBe('SignedOutError signed_out')
    expect(client.state).toBe('anonymous')
    world.server.script = undefined
    const reopened = world.open()
    await until(() => reopened.client.state !== 'unknown')
    expect(reopened.client.state).toBe('anonymous')
  })

  test('during a sign-in takes precedence', async () => {
    const { client } = world.open()
    await until(() => client.state === 'anonymous')

    const signingIn = outcome(client.signIn(ann))
    await client.signOut()
    await signingIn

    expect(client.state).toBe('anonymous')
    expect([...world.server.sessions.values()].map(({ ended }) => ended)).toEqual(['signed_out'])
  })

  test('and signing in again at once leaves the person signed in', async () => {
    const { client } = await world.openSignedIn()

    const out = client.signOut()
    await client.signIn(bob)
    await out

    expect([client.state, client.user]).toEqual(['active', { username: 'bob' }])
    expect(await outcome(client.fetch(world.hello))).toBe('200')
  })

  test('works here while the auth server is unavailable, rejects, and is repeated there when a page opens', async () => {
    const { client } = await world.openSignedIn()
    world.server.script = () => ({ cut: true })

    expect(await outcome(client.signOut())).toBe('SignOutError')
    world.server.script = undefined
    const reopened = world.open()
    await until(() => reopened.client.state !== 'unknown')

    expect([client.state, reopened.client.state]).toEqual(['anonymous', 'anonymous'])
    expect([...world.server.sessions.values()].map(({ ended }) => ended)).toEqual(['signed_out'])
  })

  test('is kept over a reload by local storage alone, and is repeated at the auth server then', async () => {
    const { client } = await world.openSignedIn({}, { openVault: memoryVault })
    world.server.script = () => ({ cut: true })
    expect(await outcome(client.signOut())).toBe('SignOutError')
    client.destroy()
    world.server.script = undefined

    const reopened = world.open({}, { openVault: memoryVault })
    await until(() => reopened.client.state !== 'unknown')

    expect([reopened.client.state, reopened.client.reason]).toEqual(['anonymous', 'signed_out'])
    expect([...world.server.sessions.values()].map(({ ended }) => ended)).toEqual(['signed_out'])
    expect(world.browser.remembered.get(`sessionward ${world.server.origin}/auth default left`)).toBe('')
  })

  test('that was not confirmed is discarded at the next sign-in', async () => {
    const { client } = await world.openSignedIn({}, { openVault: memoryVault })
    world.server.script = () => ({ cut: true })
    expect(await outcome(client.signOut())).toBe('SignOutError')
    world.server.script = undefined

    await client.signIn(ann)

    expect(world.browser.remembered.get(`sessionward ${world.server.origin}/auth default left`)).toBe('')
  })

  test('is not confirmed by an auth server that did not receive the session', async () => {
    const faults = { silent: false }
    const vault = memoryVault<VaultRecord>()
    const openVault = (): typeof vault => async (change) => {
      if (faults.silent) throw new Error('IndexedDB does not answer.')
      return await vault(change)
    }
    const facts = { openVault: openVault as never }
    const { client } = await world.openSignedIn({ transport: 'body' }, facts)
    faults.silent = true

    expect(await outcome(client.signOut())).toBe('SignOutError')
    expect(client.state).toBe('anonymous')
  })

  test('sends the session to the auth server, and whether all are to end', async () => {
    const { client } = await world.openSignedIn()
    const sid = client.session!.id
    await fetch(`${world.server.origin}/auth/login`, { method: 'POST', body: JSON.stringify(ann) })

    await client.signOut({ everywhere: true })

    expect(world.server.calls.at(-1)).toMatchObject({ path: 'logout', sid })
    expect([...world.server.sessions.values()].map(({ ended }) => ended)).toEqual(['signed_out', 'signed_out'])
  })
})

describe('signing in', () => {
  test('that is refused gives the reason, and changes nothing', async () => {
    const { client } = world.open()
    await until(() => client.state === 'anonymous')

    const error = await client.signIn({ username: 'ann', password: 'wrong' }).catch((reason) => reason)

    expect(error).toMatchObject({ name: 'SignInError', code: 'invalid_credentials', status: 401 })
    expect(JSON.stringify({ ...error, message: error.message })).not.toContain('wrong')
    expect(client.state).toBe('anonymous')
  })

  test.each([
    ['out of reach', { cut: true }, 'unreachable', 0],
    ['answering too often tried', problem(429, 'too_many_attempts', 'fix'), 'too_many_attempts', 429],
    ['overloaded', problem(503, 'service_unavailable', 'retry'), 'service_unavailable', 503],
  ])('to an auth server %s fails with a code', async (_, answer, code, status) => {
    const { client } = world.open()
    await until(() => client.state === 'anonymous')
    world.server.script = () => answer

    expect(await client.signIn(ann).catch((reason) => reason)).toMatchObject({ code, status })
  })

  const refused = problem(429, 'too_many_attempts', 'fix')
  test.each([
    ['without a detail', refused, 'Sign-in failed: too_many_attempts.'],
    [
      'with a detail',
      { ...refused, body: { ...(refused.body as object), detail: 'Try again in 30 s.' } },
      'Sign-in failed: too_many_attempts. Try again in 30 s.',
    ],
    [
      'that is no answer, of which a browser hides the reason',
      { cut: true },
      "Sign-in failed: unreachable. Is the page's origin in the auth server's `origins`?",
    ],
    ['of something else', { status: 502, body: 'Bad gateway' }, 'Sign-in failed: unreachable.'],
  ])('fails with a message for the developer: an answer %s', async (_, answer, message) => {
    const { client } = world.open()
    await until(() => client.state === 'anonymous')
    world.server.script = () => answer

    expect(await client.signIn(ann).catch((reason) => reason)).toMatchObject({ message })
  })
})
