import type { TokenAnswerOnWire } from '@sessionward/protocol'
import { describe, expect, it } from 'vitest'
import { StoreUnavailableError } from '../../src/store/store.js'
import { testServer } from '../harness/auth-server.js'
import { Browser, codeOf } from '../harness/browser.js'
import { drivers } from '../harness/drivers.js'
import { OldSystem } from '../harness/old-system.js'
import { randomSecret, testSecrets } from '../harness/secrets.js'
import { loseAnswers } from '../harness/stores.js'
import { twoNodes } from '../harness/two-nodes.js'
import { visit } from '../harness/visit.js'

const path = '/auth/refresh'

describe('a browser with the cookie of another system', () => {
  it('gets a session of ours, and refreshes it from then on', async () => {
    const { old, auth } = movingServer()
    const browser = browserWith(auth, old.signIn('ann'))

    const adopted = await answerOf(await browser.post(path))
    const next = await answerOf(await browser.post(path))

    expect(adopted).toMatchObject({ session: { generation: 0 }, user: { subject: 'ann' } })
    expect(next.session).toMatchObject({ id: adopted.session.id, generation: 1 })
    expect(old.asked).toBe(1)
    expect(auth.figures()).toMatchObject({ legacy_adopted: 1, session_started: 1 })
  })

  it('gets the same session once more where the answer was lost', async () => {
    const { old, auth } = movingServer()
    const browser = browserWith(auth, old.signIn('ann'))
    const lost = await answerOf(await browser.send(path))

    const repeated = await answerOf(await browser.post(path))
    const next = await answerOf(await browser.post(path))

    expect([repeated.session.id, next.session.id]).toEqual([lost.session.id, lost.session.id])
    expect(await auth.sessions.list({ subject: 'ann' })).toHaveLength(1)
  })

  it('gets the same session once more where the answer was lost under strict confirmation', async () => {
    const { old, auth } = movingServer({ confirmation: 'strict' })
    const browser = browserWith(auth, old.signIn('ann'))
    const lost = await answerOf(await browser.send(path))

    const repeated = await answerOf(await browser.post(path))

    expect(repeated.session.id).toBe(lost.session.id)
    expect((await browser.post(path)).status).toBe(200)
  })

  it('gets one session for twenty tabs at once', async () => {
    const { old, auth } = movingServer()
    const browser = browserWith(auth, old.signIn('ann'))

    const responses = await Promise.all(Array.from({ length: 20 }, () => browser.send(path)))

    const answers = await Promise.all(responses.map(answerOf))
    expect(new Set(answers.map(({ session }) => session.id)).size).toBe(1)
    expect(await auth.sessions.list({ subject: 'ann' })).toHaveLength(1)
    for (const response of responses) browser.apply(response)
    expect((await browser.post(path)).status).toBe(200)
  })

  it('has no session if the origin is not listed, and does not call the old system', async () => {
    const { old, auth } = movingServer()
    const browser = browserWith(auth, old.signIn('ann'))

    const response = await browser.post(path, undefined, {
      Origin: 'https://evil.example',
      'Sec-Fetch-Site': 'cross-site',
    })

    expect([response.status, await codeOf(response)]).toEqual([403, 'origin_refused'])
    expect(old.asked).toBe(0)
  })

  it('keeps the session of ours that it has, whatever the old cookie says', async () => {
    const { old, auth } = movingServer()
    const browser = browserWith(auth, old.signIn('bob'))
    const { session } = await browser.signIn('ann')

    const answer = await answerOf(await browser.post(path))

    expect([answer.session.id, old.asked]).toEqual([session.id, 0])
  })

  it('is anonymous, without an error, where the old system does not accept the token', async () => {
    const { old, auth } = movingServer()
    const token = old.signIn('ann')
    old.revoke(token)
    const browser = browserWith(auth, token)

    const response = await browser.post(path)

    expect([response.status, response.headers.getSetCookie()]).toEqual([204, []])
    expect(auth.figures()).toMatchObject({ legacy_unknown: 1 })
  })

  it('gets the single token of a sliding session in the body, since such a session has no cookie', async () => {
    const { old, auth } = movingServer({ sessionKind: 'sliding' })
    const browser = browserWith(auth, old.signIn('ann'))

    const adopted = await answerOf(await browser.post(path))
    const next = await answerOf(await browser.post(path, { refresh_token: adopted.access_token }))

    expect(next.session).toMatchObject({ id: adopted.session.id, generation: 1 })
  })

  it('passes the value as the old system wrote it, not as the cookie encodes it', async () => {
    const { auth, seen } = spyingServer()
    const browser = browserWith(auth, encodeURIComponent('s:abc.d/e+f'))

    await browser.post(path)

    expect(seen).toEqual(['s:abc.d/e+f'])
  })
})

describe('a page visit with the cookie of another system', () => {
  const pages = { accessCookie: {}, signInUrl: '/sign-in' }
  const visited = `/auth/continue?${new URLSearchParams({ return_to: '/orders' })}`

  it('goes on where it was going, with a session of ours', async () => {
    const { old, auth } = movingServer(pages)
    const browser = browserWith(auth, old.signIn('ann'))

    const response = await visit(auth, browser, visited)
    browser.apply(response)

    expect([response.status, response.headers.get('Location')]).toEqual([303, 'https://auth.example.com/orders'])
    expect((await browser.post(path)).status).toBe(200)
  })

  it('is sent to sign-in where the token is not accepted, with a reason where there is one', async () => {
    const { old, auth } = movingServer(pages)
    const changed = old.signIn('ann', { issuedAt: new Date(0), validFrom: new Date() })

    const [dead, older] = [
      await visit(auth, browserWith(auth, 'dead'), visited),
      await visit(auth, browserWith(auth, changed), visited),
    ]

    expect([dead, older].map(({ headers }) => new URL(headers.get('Location')!).search)).toEqual([
      '?return_to=%2Forders',
      '?return_to=%2Forders&reason=credentials_changed',
    ])
  })
})

describe('an old token in the body', () => {
  it('becomes a session with the transport that the request names', async () => {
    const { old, auth } = movingServer()
    const browser = new Browser(auth)

    const answer = await answerOf(
      await browser.post(
        path,
        { legacy_token: old.signIn('ann'), transport: 'body' },
        { Origin: 'https://elsewhere.example' },
      ),
    )

    expect(answer.refresh_token).toHaveLength(104)
    expect((await browser.post(path, { refresh_token: answer.refresh_token })).status).toBe(200)
  })

  it('becomes a session with a cookie where no transport is named, for a listed page alone', async () => {
    const { old, auth } = movingServer()
    const [browser, stranger] = [new Browser(auth), new Browser(auth)]
    const token = old.signIn('ann')

    const refused = await stranger.post(path, { legacy_token: token }, { Origin: 'https://elsewhere.example' })
    const answer = await answerOf(await browser.post(path, { legacy_token: token }))

    expect([refused.status, answer.refresh_token, browser.jar.size]).toEqual([403, undefined, 1])
  })

  it('of a client that has a secret is refused without it, and is good with it', async () => {
    const secret = randomSecret()
    const { old, auth } = movingServer({ clients: [{ id: 'bank', secret }] })
    const body = { legacy_token: old.signIn('ann', { clientId: 'bank' }), transport: 'body' }
    const Authorization = `Basic ${Buffer.from(`bank:${encodeURIComponent(secret)}`).toString('base64')}`

    const refused = await new Browser(auth).post(path, body)

    expect([refused.status, await codeOf(refused)]).toEqual([401, 'invalid_client'])
    expect(await auth.sessions.list({ subject: 'ann' })).toEqual([])
    expect((await new Browser(auth).post(path, body, { Authorization })).status).toBe(200)
  })

  it('is refused with a code that says so where the old system does not accept it', async () => {
    const { auth } = movingServer()

    const response = await new Browser(auth).post(path, { legacy_token: 'nobody’s' })

    expect([response.status, await codeOf(response)]).toEqual([401, 'refresh_token_invalid'])
  })

  it('is refused as a mistake where the server takes nothing over', async () => {
    const { auth } = testServer()

    const response = await new Browser(auth).post(path, { legacy_token: 'old' })

    expect([response.status, await codeOf(response)]).toEqual([400, 'invalid_request'])
  })
})

describe('a session that began with an old token', () => {
  const signed = `${jose({ alg: 'ES256' })}.${jose({ sub: 'ann' })}`

  it('cannot begin again once the person has signed out', async () => {
    const { old, auth } = movingServer()
    const token = old.signIn('ann')
    const browser = browserWith(auth, token)
    await browser.post(path)
    await browser.post('/auth/logout')

    const response = await browser.post(path)

    expect([response.status, await codeOf(response)]).toEqual([401, 'signed_out'])
    expect(await auth.sessions.list({ subject: 'ann' })).toEqual([])
  })

  it.each([
    ['another signature', `${signed}.c2lnbmF0dXJB`],
    ['white space in the signature', `${signed}.c2ln bmF0dXJl`],
    ['a line break after it', `${signed}.c2lnbmF0dXJl\n`],
    ['padding', `${signed}.c2lnbmF0dXJl=`],
  ])('cannot begin again by another spelling of a JWT: %s', async (_, spelling) => {
    await expectOneSession(`${signed}.c2lnbmF0dXJl`, spelling)
  })

  it('cannot begin again by another spelling of an encrypted JWT', async () => {
    const encrypted = `${jose({ alg: 'dir', enc: 'A256GCM' })}..aXY.Y2lwaGVy`
    // 16 bytes are 22 characters, of which the last has four bits that nobody reads.
    await expectOneSession(`${encrypted}.${'A'.repeat(22)}`, `${encrypted}.${'A'.repeat(21)}B`)
  })

  async function expectOneSession(token: string, spelling: string) {
    const { auth, accept } = spyingServer()
    accept.add(token).add(spelling)
    const { session } = await answerOf(await new Browser(auth).post(path, { legacy_token: token }))
    await auth.sessions.end(session.id, 'signed_out')

    const response = await new Browser(auth).post(path, { legacy_token: spelling })

    expect(await codeOf(response)).toBe('signed_out')
  }

  it('is the session of its own token alone where tokens differ in the last of three parts', async () => {
    const { auth, accept } = spyingServer()
    accept.add('v4.local.aaaa').add('v4.local.bbbb')

    await browserWith(auth, 'v4.local.aaaa').post(path)
    await browserWith(auth, 'v4.local.bbbb').post(path)

    expect(await auth.sessions.list({ subject: 'ann' })).toHaveLength(2)
  })

  it("is nobody else's, even where the old system gives two people one id", async () => {
    const { old, auth } = movingServer()
    const tokens = [old.signIn('ann', { id: '42' }), old.signIn('bob', { id: '42' })]

    const answers = await Promise.all(tokens.map(async (token) => answerOf(await browserWith(auth, token).post(path))))

    expect(answers.map(({ user }) => user.subject)).toEqual(['ann', 'bob'])
  })

  it('is one session for all tokens of one old session that has an id', async () => {
    const { old, auth } = movingServer()
    const tokens = [old.signIn('ann', { id: 'the one' }), old.signIn('ann', { id: 'the one' })]

    const answers = await Promise.all(tokens.map(async (token) => answerOf(await browserWith(auth, token).post(path))))

    expect(answers[0]!.session.id).toBe(answers[1]!.session.id)
  })

  it('cannot begin again when the store has forgotten it', async () => {
    const { old, auth, stored, clock } = movingServer()
    const token = old.signIn('ann')
    await browserWith(auth, token).post(path)
    clock.advance(400 * 86_400)
    await stored.store.sessions.deleteExpired(0, 100)

    const response = await browserWith(auth, token).post(path)

    expect([response.status, await codeOf(response)]).toEqual([401, 'session_expired'])
  })

  it('cannot begin again when the store has forgotten it, although its first request failed', async () => {
    const { old, auth, stored, clock } = movingServer()
    const token = old.signIn('ann')
    stored.before = (verb, [key]) => {
      if (
        verb === 'counters.add' &&
        String(key).startsWith('legacy adopted') &&
        stored.calls.includes('sessions.create')
      )
        throw new StoreUnavailableError('the store went away')
    }
    expect((await browserWith(auth, token).post(path)).status).toBe(503)
    stored.before = undefined
    await answerOf(await browserWith(auth, token).post(path))
    clock.advance(400 * 86_400)
    await stored.store.sessions.deleteExpired(0, 100)

    const response = await browserWith(auth, token).post(path)

    expect([response.status, await codeOf(response)]).toEqual([401, 'session_expired'])
  })

  it('ends where the old token comes again after the session has moved on: somebody has a copy', async () => {
    const { old, auth, clock } = movingServer()
    const token = old.signIn('ann')
    const browser = browserWith(auth, token)
    await browser.post(path)
    await browser.post(path)
    await browser.post(path)
    clock.advance(60)

    const response = await browserWith(auth, token).post(path)

    expect([response.status, await codeOf(response)]).toEqual([401, 'refresh_token_reused'])
    expect(await codeOf(await browser.post(path))).toBe('refresh_token_reused')
  })

  it('ends so too where the copy was first, and has named another transport', async () => {
    const { old, auth, clock } = movingServer()
    const token = old.signIn('ann')
    const thief = new Browser(auth)
    let stolen = await answerOf(await thief.post(path, { legacy_token: token, transport: 'body' }))
    for (let use = 0; use < 2; use++) {
      stolen = await answerOf(await thief.post(path, { refresh_token: stolen.refresh_token }))
    }
    clock.advance(60)

    const response = await browserWith(auth, token).post(path)

    expect([response.status, await codeOf(response)]).toEqual([401, 'refresh_token_reused'])
    expect(await codeOf(await thief.post(path, { refresh_token: stolen.refresh_token }))).toBe('refresh_token_reused')
  })

  it('says when the person signed in: not later than the old token was issued', async () => {
    const { old, auth } = movingServer()
    const issuedAt = new Date(Math.floor(Date.now() / 1000) * 1000 - 86_400_000)
    const browser = browserWith(auth, old.signIn('ann', { issuedAt }))

    const { access_token } = await answerOf(await browser.post(path))

    const claims = JSON.parse(Buffer.from(access_token.split('.')[1]!, 'base64url').toString())
    expect(claims.auth_time).toBe(issuedAt.getTime() / 1000)
  })
})

describe('an old token of a person who', () => {
  it('has changed the password since is refused with that reason', async () => {
    const { old, auth } = movingServer()
    const issuedAt = new Date('2026-03-01T10:00:00Z')
    const stolen = old.signIn('ann', { issuedAt, validFrom: new Date('2026-03-01T10:00:01Z') })

    const response = await browserWith(auth, stolen).post(path)

    expect([response.status, await codeOf(response)]).toEqual([401, 'credentials_changed'])
    expect(await auth.sessions.list({ subject: 'ann' })).toEqual([])
  })

  it('got it in the answer to the change of the password is accepted, although iat has no milliseconds', async () => {
    const { old, auth } = movingServer()
    const issuedAt = new Date('2026-03-01T10:00:01Z')
    const token = old.signIn('ann', { issuedAt, validFrom: new Date('2026-03-01T10:00:01.700Z') })

    expect((await browserWith(auth, token).post(path)).status).toBe(200)
  })

  it('changed the password after the session began is refused with the old token', async () => {
    const { old, auth } = movingServer()
    const token = old.signIn('ann')
    await browserWith(auth, token).post(path)
    old.change(token, { validFrom: new Date() })

    const response = await browserWith(auth, token).post(path)

    expect(await codeOf(response)).toBe('credentials_changed')
  })

  it('may not be signed in any more is refused', async () => {
    const { old, auth } = movingServer()

    const response = await browserWith(auth, old.signIn('nobody')).post(path)

    expect([response.status, await codeOf(response)]).toEqual([401, 'account_disabled'])
  })

  it('is refused with a reason is counted, and one whose token is unknown is counted apart', async () => {
    const { old, auth } = movingServer()
    const changed = old.signIn('ann', { issuedAt: new Date(0), validFrom: new Date() })

    for (const token of [changed, old.signIn('nobody'), 'unknown']) await browserWith(auth, token).post(path)

    expect(auth.figures()).toMatchObject({ legacy_refused: 2, legacy_unknown: 1 })
  })

  it('was signed out on all devices is refused, on a device that has not moved yet too', async () => {
    const { old, auth } = movingServer()
    const [moved, waiting] = [old.signIn('ann'), old.signIn('ann')]
    await browserWith(auth, moved).post(path)
    await auth.sessions.endAll({ subject: 'ann' }, 'credentials_changed')

    const response = await browserWith(auth, waiting).post(path)

    expect([response.status, await codeOf(response)]).toEqual([401, 'session_revoked'])
    expect(await auth.sessions.list({ subject: 'ann' })).toEqual([])
  })

  it.each(['rotating', 'fixed'] as const)(
    'signed out elsewhere from its %s session is refused: that session has tokens of its own',
    async (sessionKind) => {
      const { old, auth } = movingServer({ sessionKind })
      const token = old.signIn('ann')
      const browser = browserWith(auth, token)
      const { session } = await answerOf(await browser.post(path))
      await auth.sessions.endAll({ subject: 'ann' }, 'credentials_changed', { except: session.id })

      const thief = await browserWith(auth, token).post(path)

      expect([thief.status, await codeOf(thief)]).toEqual([401, 'session_revoked'])
      expect((await browser.post(path)).status).toBe(200)
    },
  )

  it('is signed out on all devices at the same moment has no session afterwards', async () => {
    const { old, auth, stored } = movingServer()
    const browser = browserWith(auth, old.signIn('ann'))
    stored.before = async (verb) => {
      if (verb !== 'sessions.create') return
      stored.before = undefined
      await auth.sessions.endAll({ subject: 'ann' })
    }

    const response = await browser.post(path)

    expect(await codeOf(response)).toBe('session_revoked')
    expect(await auth.sessions.list({ subject: 'ann' })).toEqual([])
  })
})

describe('a share', () => {
  const people = Array.from({ length: 200 }, (_, number) => `person ${number}`)

  it('of none leaves everybody with the old system: no session, no cookie, no sign-out', async () => {
    const { old, auth } = movingServer({}, { share: 0 })
    const token = old.signIn('ann')

    const byCookie = await browserWith(auth, token).post(path)
    const byBody = await new Browser(auth).post(path, { legacy_token: token })

    expect([byCookie.status, byCookie.headers.getSetCookie()]).toEqual([204, []])
    expect([byBody.status, await codeOf(byBody)]).toEqual([409, 'legacy_not_adopted'])
    expect(auth.figures()).toMatchObject({ legacy_elsewhere: 2 })
  })

  it('moves about that many people, always the same, and with a larger share more of them', async () => {
    const [few, again, more] = [await moved(0.1), await moved(0.1), await moved(0.3)]

    expect(few.length).toBeGreaterThan(5)
    expect(few.length).toBeLessThan(40)
    expect(again).toEqual(few)
    expect(more).toEqual(expect.arrayContaining([...few]))
    expect(more.length).toBeGreaterThan(few.length)
  })

  it('that is lowered keeps the people who have moved', async () => {
    const secrets = testSecrets()
    const { old, auth, stored } = movingServer({ secrets })
    const token = old.signIn('ann')
    const lost = await answerOf(await browserWith(auth, token).post(path))
    const sameStore = { name: 'shared', open: () => ({ store: stored.store, dispose: async () => {} }) }
    const lowered = testServer({ ...old.options({ share: 0 }), secrets }, sameStore)

    const answer = await answerOf(await browserWith(lowered.auth, token).post(path))

    expect(answer.session.id).toBe(lost.session.id)
  })

  async function moved(share: number): Promise<readonly string[]> {
    const { old, auth, directory } = movingServer({}, { share })
    for (const subject of people) directory.profiles.set(subject, { user: {} })
    const statuses = await Promise.all(
      people.map(async (subject) => (await browserWith(auth, old.signIn(subject)).post(path)).status),
    )
    return people.filter((_, number) => statuses[number] === 200)
  }
})

describe('the end date', () => {
  it('is the last day on which an old token becomes a session', async () => {
    const { old, auth, clock } = movingServer({}, { until: '2099-12-31' })
    clock.advance((Date.parse('2099-12-31T23:59:00Z') - Date.now()) / 1000)
    const lastMinute = await browserWith(auth, old.signIn('ann')).post(path)
    clock.advance(120)

    const late = await new Browser(auth).post(path, { legacy_token: old.signIn('ann') })

    expect([lastMinute.status, late.status, await codeOf(late)]).toEqual([200, 401, 'refresh_token_invalid'])
    expect(old.asked).toBe(1)
  })

  it('is said at the start, with what is left', () => {
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)

    const soon = movingServer({}, { until: tomorrow })
    const over = movingServer({}, { until: '2024-01-31' })

    expect(soon.logged.join()).toContain(`warn old tokens become sessions until ${tomorrow}, which is 2 more days`)
    expect(over.logged.join()).toContain('since 2024-01-31 is over: remove the option adoptLegacy')
  })
})

describe('what goes wrong', () => {
  it('an old system that is unavailable signs nobody out', async () => {
    const { old, auth } = movingServer()
    const browser = browserWith(auth, old.signIn('ann'))
    old.before = () => {
      throw new Error('connection refused')
    }

    const response = await browser.post(path)
    old.before = () => {}

    expect([response.status, response.headers.get('Retry-After')]).toEqual([503, '1'])
    expect((await browser.post(path)).status).toBe(200)
  })

  it.each([
    ['no object', 'ann', 'a string'],
    ['an empty object', {}, '`subject` as undefined'],
    ['a numeric subject', { subject: 7, issuedAt: new Date() }, 'write String(id)'],
    ['no issue date', { subject: 'ann' }, '`issuedAt` as undefined'],
    ['an issue date in seconds', { subject: 'ann', issuedAt: 1_700_000_000 }, '`issuedAt`, apparently in seconds'],
    ['a Date that is none', { subject: 'ann', issuedAt: new Date('x') }, '`issuedAt` as a Date'],
    ['a string as validFrom', { subject: 'ann', issuedAt: new Date(), validFrom: '2026' }, '`validFrom` as a string'],
    ['an empty id', { subject: 'ann', issuedAt: new Date(), id: '' }, '`id` as an empty string'],
    ['a transport', { subject: 'ann', issuedAt: new Date(), transport: 'body' }, '`transport`; the request says that'],
    ['an unknown member', { subject: 'ann', issuedAt: new Date(), role: 'x' }, 'unknown option `role`'],
    ['a registered claim', { subject: 'ann', issuedAt: new Date(), claims: { sub: 'bob' } }, '`claims.sub`'],
  ])('an identify that returns %s is answered 503, and the log says what was wrong', async (_, answer, expected) => {
    const { auth, logged } = movingServer({}, { identify: () => answer as never })

    const response = await browserWith(auth, 'a secret token').post(path)

    expect(response.status).toBe(503)
    expect(logged.join()).toContain(`adoptLegacy.identify returned ${expected.startsWith('unknown') ? 'an ' : ''}`)
    expect(logged.join()).toContain(expected)
    expect(logged.join()).not.toContain('a secret token')
    expect(auth.figures()).toMatchObject({ legacy_answer_invalid: 1 })
  })

  it('a token of a megabyte does not reach the old system, in the body or in the cookie', async () => {
    const { old, auth } = movingServer()
    const huge = 'x'.repeat(1_000_000)

    const byBody = await new Browser(auth).post(path, { legacy_token: huge })
    const byCookie = await browserWith(auth, huge).post(path)

    expect([byBody.status, await codeOf(byBody), byCookie.status]).toEqual([400, 'invalid_request', 204])
    expect(old.asked).toBe(0)
  })

  it('two hundred dead tokens count as no failed sign-in of anybody', async () => {
    const { auth } = movingServer()

    for (let number = 0; number < 200; number++) await browserWith(auth, `dead ${number}`).post(path)

    expect((await new Browser(auth).signIn('ann')).user).toEqual({ subject: 'ann' })
  })

  it.each(['sessions.create', 'counters.add'])('a lost answer of the store to %s leaves one session', async (verb) => {
    const { old, auth, stored } = movingServer()
    const browser = browserWith(auth, old.signIn('ann'))
    loseAnswers(stored, verb)
    const failed = await browser.post(path)
    stored.around = undefined

    const response = await browser.post(path)

    expect([failed.status, response.status]).toEqual([503, 200])
    expect(await auth.sessions.list({ subject: 'ann' })).toHaveLength(1)
  })

  it('the store keeps nothing by which the old token could be found', async () => {
    const { old, auth, stored } = movingServer()
    const given: unknown[] = []
    stored.before = (_, args) => void given.push(args)
    const token = old.signIn('ann')

    await browserWith(auth, token).post(path)

    expect(given.length).toBeGreaterThan(3)
    expect(JSON.stringify(given)).not.toContain(token)
  })
})

describe.each(drivers)('two nodes on $name', (driver) => {
  it('keep that one session where a policy allows one', async () => {
    const old = new OldSystem()
    const nodes = twoNodes({ ...old.options(), policy: { maxSessions: 1 } }, driver)
    const token = old.signIn('ann')

    const responses = await Promise.all([...nodes, ...nodes].map(({ auth }) => browserWith(auth, token).post(path)))

    expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(nodes.map(({ auth }) => auth.figures().session_revoked)).toEqual([undefined, undefined])
  })

  it('make one session of one old token that comes to both at once', async () => {
    const old = new OldSystem()
    const [first, second] = twoNodes(old.options(), driver)
    const tokens = Array.from({ length: 10 }, () => old.signIn('ann'))

    const pairs = await Promise.all(
      tokens.map((token) =>
        Promise.all([first, second].map(async ({ auth }) => answerOf(await browserWith(auth, token).post(path)))),
      ),
    )

    for (const [one, other] of pairs) expect(one!.session.id).toBe(other!.session.id)
    expect(await first.auth.sessions.list({ subject: 'ann' })).toHaveLength(10)
  })
})

/** A part of a token in JOSE. */
function jose(json: object): string {
  return Buffer.from(JSON.stringify(json)).toString('base64url')
}

function movingServer(
  options: Parameters<typeof testServer>[0] = {},
  legacy: Parameters<OldSystem['options']>[0] = {},
) {
  const old = new OldSystem()
  return { old, ...testServer({ ...old.options(legacy), ...options }) }
}

/** A server whose old system accepts the tokens of a list, as tokens of ann. */
function spyingServer() {
  const seen: string[] = []
  const accept = new Set<string>()
  const identify = (token: string) => {
    seen.push(token)
    return accept.has(token) ? { subject: 'ann', issuedAt: new Date() } : null
  }
  return { ...testServer({ ...new OldSystem().options({ identify }) }), seen, accept }
}

function browserWith(auth: ConstructorParameters<typeof Browser>[0], token: string): Browser {
  const browser = new Browser(auth)
  browser.jar.set('old', token)
  return browser
}

async function answerOf(response: Response): Promise<TokenAnswerOnWire> {
  expect([response.status, response.status === 200 ? '' : await response.clone().text()]).toEqual([200, ''])
  return (await response.json()) as TokenAnswerOnWire
}
