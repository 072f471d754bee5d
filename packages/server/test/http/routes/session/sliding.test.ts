import { createGuard } from '@sessionward/guard'
import type { TokenAnswerOnWire } from '@sessionward/protocol'
import { decodeJwt } from 'jose'
import { describe, expect, it, onTestFinished } from 'vitest'
import { testServer } from '../../../harness/auth-server.js'
import { Browser, codeOf } from '../../../harness/browser.js'
import { drivers } from '../../../harness/drivers.js'
import { passwordOf } from '../../../harness/people.js'
import { testSecrets } from '../../../harness/secrets.js'
import { SingleToken } from '../../../harness/single-token.js'
import type { Driver } from '../../../harness/stores.js'

const hour = 3600

function slidingServer(options: Parameters<typeof testServer>[0] = {}, driver?: Driver) {
  return testServer({ sessionKind: 'sliding', ...options }, driver)
}

describe('a sign-in to a sliding session', () => {
  it('answers one token, which lives for an hour and renews itself', async () => {
    const { auth } = slidingServer()

    const response = await new SingleToken(auth).send('/auth/login', { username: 'ann', password: passwordOf('ann') })

    expect(response.status).toBe(200)
    expect(response.headers.getSetCookie()).toEqual([])
    const answer = (await response.json()) as TokenAnswerOnWire
    expect(answer).not.toHaveProperty('refresh_token')
    expect(answer).toMatchObject({ expires_in: hour, refresh_expires_in: hour, session: { generation: 0 } })
    expect(decodeJwt(answer.access_token)).toMatchObject({
      sid: answer.session.id,
      rot: { gen: 0, par: 'AAAAAAAAAAA' },
    })
  })

  it('is refused with a cookie, which this kind has not', async () => {
    const { auth } = slidingServer()
    const browser = new Browser(auth)

    const response = await browser.post('/auth/login', {
      username: 'ann',
      password: passwordOf('ann'),
      transport: 'cookie',
    })

    expect(await response.json()).toMatchObject({
      code: 'invalid_request',
      detail: 'sliding sessions have no transport cookie: use body',
    })
    expect(await auth.sessions.list({ subject: 'ann' })).toEqual([])
  })
})

describe.each(drivers)('an exchange of the single token on $name', (driver) => {
  it('continues, one generation at a time, beyond the lifetime of a single token', async () => {
    const { auth, clock } = slidingServer({}, driver)
    const page = await SingleToken.signIn(auth)

    for (const generation of [1, 2, 3, 4]) {
      clock.advance(0.7 * hour)
      expect(await page.exchange()).toBe('granted')
      expect(decodeJwt(page.token).rot).toMatchObject({ gen: generation })
    }
  })

  it('costs nothing where its answer is lost, as often as that happens', async () => {
    const { auth, clock } = slidingServer({}, driver)
    const page = await SingleToken.signIn(auth)
    await page.exchange()

    for (const pause of [0, 5, 60, 1800]) {
      clock.advance(pause)
      expect(await page.exchange({ lost: true })).toBe('granted')
    }

    expect(await page.exchange()).toBe('granted')
    expect(await page.exchange()).toBe('granted')
  })

  it('is granted to two concurrent tabs, and the one that falls behind is answered to read again', async () => {
    const { auth } = slidingServer({}, driver)
    const one = await SingleToken.signIn(auth)
    await one.exchange()
    const other = one.copy()

    expect(await Promise.all([one.exchange(), other.exchange()])).toEqual(['granted', 'granted'])

    expect(auth.figures()).toMatchObject({ refresh_confirmed: 1 })
    const outcomes = await Promise.all([one.exchange(), other.exchange()])
    expect(outcomes.toSorted()).toEqual(['granted', 'refresh_raced'])
    const [ahead, behind] = outcomes[0] === 'granted' ? [one, other] : [other, one]
    behind.token = ahead.token
    expect(await behind.exchange()).toBe('granted')
  })

  it('ends the session for both if a thief continues with a copy', async () => {
    const { auth, clock } = slidingServer({}, driver)
    const victim = await SingleToken.signIn(auth)
    const thief = victim.copy()
    expect(await thief.exchange()).toBe('granted')
    clock.advance(600)
    expect(await thief.exchange()).toBe('granted')

    clock.advance(60)
    const code = await victim.exchange()

    expect(code).toBe('refresh_token_reused')
    expect(await thief.exchange()).toBe('refresh_token_reused')
    expect(await auth.sessions.list({ subject: 'ann' })).toEqual([])
  })

  it('takes the token in the body too, where a client sends a refresh token', async () => {
    const { auth } = slidingServer({}, driver)
    const page = await SingleToken.signIn(auth)
    const client = new SingleToken(auth)

    const response = await client.send('/auth/refresh', { refresh_token: page.token })

    expect(response.status).toBe(200)
    client.token = ((await response.json()) as TokenAnswerOnWire).access_token
    expect(await client.exchange()).toBe('granted')
    expect((await new SingleToken(auth).send('/auth/logout', { refresh_token: client.token })).status).toBe(204)
    expect(await client.exchange()).toBe('signed_out')
  })

  it('is refused once the token has expired, and ends nothing: another tab may hold a later one', async () => {
    const { auth, clock } = slidingServer({}, driver)
    const asleep = await SingleToken.signIn(auth)
    const awake = asleep.copy()
    clock.advance(0.5 * hour)
    await awake.exchange()

    clock.advance(0.5 * hour)

    expect(await asleep.exchange()).toBe('refresh_token_expired')
    expect(await awake.exchange()).toBe('granted')
  })

  it('is refused if it was not exchanged in time: the session idles out with its last token', async () => {
    const { auth, clock } = slidingServer({}, driver)
    const page = await SingleToken.signIn(auth)

    clock.advance(hour)

    expect(await page.exchange()).toBe('refresh_token_expired')
    expect(await auth.sessions.list({ subject: 'ann' })).toEqual([])
  })

  it('is possible as long as the token lives, although its last answer moved no deadline', async () => {
    const { auth, clock } = slidingServer({}, driver)
    const page = await SingleToken.signIn(auth)
    // Within a minute a grant of the same token writes nothing.
    clock.advance(50)
    await page.exchange()
    const { exp } = decodeJwt(page.token)

    clock.advance(exp! - clock.read() / 1000 - 0.5)

    expect(await page.exchange()).toBe('granted')
  })

  it('continues until the absolute timeout, which no token outlives', async () => {
    const { auth, clock } = slidingServer({ lifetimes: { accessToken: hour, absolute: 2 * hour } }, driver)
    const page = await SingleToken.signIn(auth)
    const end = Math.floor(clock.read() / 1000) + 2 * hour
    for (let turn = 0; turn < 3; turn++) {
      clock.advance(0.6 * hour)
      expect(await page.exchange()).toBe('granted')
    }

    expect(decodeJwt(page.token).exp).toBeLessThanOrEqual(end + 1)
    clock.advance(0.3 * hour)
    expect(await page.exchange()).toMatch(/^(session|refresh_token)_expired$/)
  })
})

describe('a sliding session ends like any other', () => {
  it('by a sign-out with its token, from which on guards refuse it', async () => {
    const { auth } = slidingServer()
    const guard = createGuard({
      issuer: 'https://auth.example.com',
      audience: 'https://auth.example.com',
      keys: () => auth.keys.jwks(),
      feed: auth.revocations,
    })
    onTestFinished(() => guard.close())
    const page = await SingleToken.signIn(auth)
    expect(await guard.verify(page.token)).toMatchObject({ subject: 'ann' })

    expect((await page.send('/auth/logout')).status).toBe(204)

    await expect(guard.verify(page.token)).rejects.toMatchObject({ code: 'signed_out' })
    expect(await page.exchange()).toBe('signed_out')
    expect((await page.send('/auth/logout')).status).toBe(204)
  })

  it('by an administrator, a disabled account or a sign-out everywhere', async () => {
    const { auth, directory } = slidingServer()
    const [one, two, three] = [
      await SingleToken.signIn(auth),
      await SingleToken.signIn(auth),
      await SingleToken.signIn(auth, 'bob'),
    ]

    await auth.sessions.end(decodeJwt(one.token).sid as string)
    expect(await one.exchange()).toBe('session_revoked')
    await two.send('/auth/logout', { everywhere: true })
    expect(await two.exchange()).toBe('signed_out')
    directory.profiles.delete('bob')
    expect(await three.exchange()).toBe('account_disabled')
    expect(await three.exchange()).toBe('account_disabled')
  })

  it('but not by a changed profile, for which guards ask it to exchange its token', async () => {
    const { auth, directory } = slidingServer()
    const page = await SingleToken.signIn(auth)
    directory.profiles.set('ann', { user: {}, scope: 'orders admin', version: 1 })
    await auth.profiles.changed({ subject: 'ann' }, 1)
    expect(await codeOf(await page.send('/auth/me', undefined, 'GET'))).toBe('claims_changed')

    expect(await page.exchange()).toBe('granted')

    expect(decodeJwt(page.token)).toMatchObject({ scope: 'orders admin', pv: 1 })
    expect((await page.send('/auth/me', undefined, 'GET')).status).toBe(200)
  })
})

describe('whatever signs it, a single token is exchanged', () => {
  it.each([
    { interop: 'rs256' },
    { algorithm: 'EdDSA' },
    { algorithm: 'PS256' },
    { audience: ['orders', 'billing'] },
    { confirmation: 'strict' },
  ] as const)('with %j', async (options) => {
    const { auth } = slidingServer(options)
    const page = await SingleToken.signIn(auth)

    expect([await page.exchange(), await page.exchange()]).toEqual(['granted', 'granted'])
  })

  it('also after a rotation of the keys', async () => {
    const { auth } = slidingServer()
    const page = await SingleToken.signIn(auth)

    await auth.keys.rotate({ force: true })

    expect([await page.exchange(), await page.exchange()]).toEqual(['granted', 'granted'])
  })
})

describe('what is no single token is not exchanged', () => {
  it('the access token of a rotating session', async () => {
    const secrets = testSecrets()
    const before = testServer({ secrets })
    const { accessToken } = await before.auth.sessions.start({ subject: 'ann', transport: 'body' })
    const { auth } = slidingServer({ secrets, store: before.stored.store })

    expect(await new SingleToken(auth, accessToken).exchange()).toBe('refresh_token_invalid')
    await expect(before.auth.sessions.refresh({ token: accessToken, transport: 'body' })).rejects.toMatchObject({
      code: 'refresh_token_invalid',
    })
  })

  it('a token that was changed, or is of another auth server', async () => {
    const { auth } = slidingServer()
    const page = await SingleToken.signIn(auth)
    const [header, payload, signature] = page.token.split('.')
    const claims = { ...decodeJwt(page.token), rot: { gen: 1, par: 'AAAAAAAAAAA' } }
    const forged = [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.')
    const elsewhere = await SingleToken.signIn(slidingServer().auth)

    expect(await new SingleToken(auth, forged).exchange()).toBe('refresh_token_invalid')
    expect(await new SingleToken(auth, `${header}.${payload}.`).exchange()).toBe('refresh_token_invalid')
    expect(await new SingleToken(auth, elsewhere.token).exchange()).toBe('refresh_token_invalid')
    expect(await page.exchange()).toBe('granted')
  })

  it('a token whose key this node does not know yet, and nobody is signed out: another node may have rotated', async () => {
    const secrets = testSecrets()
    const one = slidingServer({ secrets })
    const other = slidingServer({ secrets, store: one.stored.store })
    await other.auth.ready()
    await one.auth.keys.rotate({ force: true })
    await one.auth.keys.rotate({ force: true })
    const page = await SingleToken.signIn(one.auth)
    const there = new SingleToken(other.auth, page.token)

    expect(await there.exchange()).toBe('service_unavailable')
    expect(await page.exchange()).toBe('granted')
    one.clock.advance(hour)
    expect(await there.exchange()).toBe('refresh_token_expired')
  })

  it('a token of a session that the caller does not mean', async () => {
    const { auth } = slidingServer()
    const page = await SingleToken.signIn(auth)
    const request = new Request('https://auth.example.com/auth/refresh', {
      method: 'POST',
      headers: { Authorization: `Bearer ${page.token}`, 'Sessionward-Session': 'AAAAAAAAAAAAAAAAAAAAAA' },
    })

    expect(await codeOf(await auth.fetch(request))).toBe('session_changed')
  })

  it('a request without any token is answered 204, as nobody is signed in', async () => {
    const { auth } = slidingServer()

    expect((await new SingleToken(auth).send('/auth/refresh')).status).toBe(204)
  })
})

describe('a server that changes its kind', () => {
  it('keeps its sessions of the other kind: each keeps the kind it began with', async () => {
    const secrets = testSecrets()
    const before = testServer({ secrets })
    const browser = new Browser(before.auth)
    await browser.signIn('ann')
    const { auth } = slidingServer({ secrets, store: before.stored.store })
    const after = new Browser(auth)
    for (const [name, token] of browser.jar) after.jar.set(name, token)

    expect((await after.post('/auth/refresh')).status).toBe(200)
    const page = await SingleToken.signIn(auth)
    const back = await before.auth.sessions.refresh({ token: page.token, transport: 'body' })

    expect(back).not.toHaveProperty('refreshToken')
    await expect(
      before.auth.sessions.refresh({ token: back.accessToken, transport: 'body', rotate: false }),
    ).rejects.toMatchObject({ code: 'invalid_request' })
  })
})
