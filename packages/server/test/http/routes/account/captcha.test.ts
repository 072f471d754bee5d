import type { ProofOfWorkCaptcha } from '@sessionward/protocol'
import { solveChallenge } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/sha'
import { describe, expect, it } from 'vitest'
import type { AuthServer } from '../../../../src/auth-server.js'
import type { AuthServerOptions } from '../../../../src/options.js'
import { altcha } from '../../../../src/protection/captcha/altcha.js'
import { memoryStore } from '../../../../src/store/memory/index.js'
import { testServer } from '../../../harness/auth-server.js'
import { Browser, codeOf } from '../../../harness/browser.js'
import { passwordOf } from '../../../harness/people.js'
import { testSecrets } from '../../../harness/secrets.js'

/** Little to compute, for what is not about work. */
const provider = altcha({ work: 1000 })
const ann = { username: 'ann', password: passwordOf('ann') }
const wrong = { ...ann, password: 'wrong' }

async function challengeOf(auth: AuthServer, action = 'signIn'): Promise<ProofOfWorkCaptcha> {
  const response = await auth.fetch(new Request(`https://auth.example.com/auth/captcha?action=${action}`))
  if (response.status !== 200) throw new Error(`the challenge was answered ${response.status}`)
  return (await response.json()) as ProofOfWorkCaptcha
}

type Challenge = Parameters<typeof solveChallenge>[0]['challenge']

/** Solves as the widget of ALTCHA does. */
async function solve({ parameters, signature }: ProofOfWorkCaptcha): Promise<string> {
  const challenge = { parameters, signature } as unknown as Challenge
  const solution = await solveChallenge({ challenge, deriveKey })
  return encode({ challenge, solution })
}

function encode(payload: object): string {
  return Buffer.from(JSON.stringify(payload)).toString('base64')
}

function decode(captcha: string) {
  return JSON.parse(Buffer.from(captcha, 'base64').toString()) as {
    challenge: {
      parameters: Record<string, unknown> & { nonce: string; salt: string; data: object }
      signature: string
    }
    solution: { counter: number; derivedKey: string }
  }
}

/** Two nodes on one database, with the same secrets. */
function sharedNodes() {
  const options = { captcha: { provider }, secrets: testSecrets(), store: memoryStore() }
  return [testServer(options), testServer(options)] as const
}

async function answerTo(auth: AuthServer, path: string, body: object) {
  const response = await new Browser(auth).post(path, body)
  return [response.status, response.ok ? undefined : await codeOf(response)]
}

describe('sign-in behind a captcha', () => {
  it('needs a solved captcha, which counts once', async () => {
    const { auth } = testServer({ captcha: { provider } })
    const captcha = await solve(await challengeOf(auth))

    expect(await answerTo(auth, '/auth/login', ann)).toEqual([403, 'captcha_required'])
    expect(await answerTo(auth, '/auth/login', { ...ann, captcha: '' })).toEqual([403, 'captcha_required'])
    expect(await answerTo(auth, '/auth/login', { ...ann, captcha })).toEqual([200, undefined])
    expect(await answerTo(auth, '/auth/login', { ...ann, captcha })).toEqual([403, 'captcha_invalid'])
  })
})

describe('a solution', () => {
  it('counts once over two nodes that share a database', async () => {
    const nodes = sharedNodes()
    const captcha = await solve(await challengeOf(nodes[0].auth))

    expect(await answerTo(nodes[1].auth, '/auth/login', { ...ann, captcha })).toEqual([200, undefined])
    expect(await answerTo(nodes[0].auth, '/auth/login', { ...ann, captcha })).toEqual([403, 'captcha_invalid'])
  })

  it('counts once of nine that come at once', async () => {
    const { auth } = testServer({ captcha: { provider } })
    const captcha = await solve(await challengeOf(auth))

    const answers = await Promise.all(
      Array.from({ length: 9 }, () => answerTo(auth, '/auth/login', { ...ann, captcha })),
    )

    expect(answers.filter(([status]) => status === 200)).toHaveLength(1)
    expect(answers.filter(([, code]) => code === 'captcha_invalid')).toHaveLength(8)
  })

  it('is refused after its time, whatever the machine’s own clock says', async () => {
    const { auth, clock } = testServer({ captcha: { provider } })
    await auth.ready()
    const [late, early] = [await solve(await challengeOf(auth)), await solve(await challengeOf(auth))]

    clock.advance(290)
    await auth.fetch(new Request('https://auth.example.com/readyz'))
    expect(await answerTo(auth, '/auth/login', { ...ann, captcha: early })).toEqual([200, undefined])
    clock.advance(20)
    await auth.fetch(new Request('https://auth.example.com/readyz'))
    expect(await answerTo(auth, '/auth/login', { ...ann, captcha: late })).toEqual([403, 'captcha_invalid'])
  })

  it('of a registration is refused at sign-in', async () => {
    const { auth } = testServer({ captcha: { provider } })
    const captcha = await solve(await challengeOf(auth, 'register'))

    expect(await answerTo(auth, '/auth/login', { ...ann, captcha })).toEqual([403, 'captcha_invalid'])
  })

  it('of another auth server is refused', async () => {
    const { auth } = testServer({ captcha: { provider } })
    const other = testServer({ captcha: { provider }, issuer: 'https://other.example.com' })
    const captcha = await solve(await challengeOf(other.auth))

    expect(await answerTo(auth, '/auth/login', { ...ann, captcha })).toEqual([403, 'captcha_invalid'])
  })
})

// Advisory of December 2025: what is signed must not read the same when digits change places.
describe('a solution whose challenge was changed is refused:', () => {
  const changes: Record<string, (payload: ReturnType<typeof decode>) => void> = {
    'a later expiry': ({ challenge }) => {
      challenge.parameters.data = { ...challenge.parameters.data, expires: 9_999_999_999 }
    },
    'an expiry of the library’s own': ({ challenge }) => {
      challenge.parameters.expiresAt = 9_999_999_999
    },
    'another action': ({ challenge }) => {
      challenge.parameters.data = { ...challenge.parameters.data, action: 'register' }
    },
    'digits moved from the salt to the number': ({ challenge: { parameters } }) => {
      parameters.nonce = parameters.salt.slice(-2) + parameters.nonce
      parameters.salt = parameters.salt.slice(0, -2)
    },
    'digits moved from the number to the salt': ({ challenge: { parameters } }) => {
      parameters.salt += parameters.nonce.slice(0, 2)
      parameters.nonce = parameters.nonce.slice(2)
    },
    'a prefix that any number has': ({ challenge }) => {
      challenge.parameters.keyPrefix = ''
    },
    'no signature': ({ challenge }) => {
      challenge.signature = ''
    },
    'another number': ({ solution }) => {
      solution.derivedKey = solution.derivedKey.replace(/^../, '00').replace(/..$/, '00')
    },
  }

  it.each(Object.entries(changes))('%s', async (_, change) => {
    const { auth } = testServer({ captcha: { provider } })
    const solved = await solve(await challengeOf(auth))
    const payload = decode(solved)
    change(payload)

    expect(await answerTo(auth, '/auth/login', { ...ann, captcha: encode(payload) })).toEqual([403, 'captcha_invalid'])
    expect(await answerTo(auth, '/auth/login', { ...ann, captcha: solved })).toEqual([200, undefined])
  })

  it.each(['x', '{}', encode({}), encode({ challenge: {}, solution: {} }), encode([1]), encode({ challenge: null })])(
    'what is no solution: %s',
    async (captcha) => {
      const { auth, logged } = testServer({ captcha: { provider } })

      expect(await answerTo(auth, '/auth/login', { ...ann, captcha })).toEqual([403, 'captcha_invalid'])
      expect(logged).toEqual([])
    },
  )
})

describe('what a refusal costs', () => {
  it('no password is looked at, and ten wrong captchas use up the attempts of the account at this address', async () => {
    const { auth, directory } = testServer({ captcha: { provider } })
    let looked = 0
    const { authenticate } = directory
    directory.authenticate = (given) => {
      looked++
      return authenticate(given)
    }

    for (let attempt = 0; attempt < 10; attempt++)
      expect(await answerTo(auth, '/auth/login', { ...ann, captcha: 'x' })).toEqual([403, 'captcha_invalid'])

    expect(await answerTo(auth, '/auth/login', { ...ann, captcha: 'x' })).toEqual([429, 'too_many_attempts'])
    expect(looked).toBe(0)
  })

  it('a missing captcha is no failed attempt: a page learns by it that one is needed', async () => {
    const { auth } = testServer({ captcha: { provider } })

    for (let attempt = 0; attempt < 15; attempt++)
      expect(await answerTo(auth, '/auth/login', ann)).toEqual([403, 'captcha_required'])
    const captcha = await solve(await challengeOf(auth))

    expect(await answerTo(auth, '/auth/login', { ...ann, captcha })).toEqual([200, undefined])
  })
})

describe('when a captcha is needed', () => {
  it('after three failures of the account, from any address, and not before', async () => {
    const { auth } = testServer({ captcha: { provider, when: { afterFailures: 3 } } })
    expect(await challengeOf(auth)).toMatchObject({ when: 'sometimes' })

    const outcomes: unknown[] = []
    for (let attempt = 0; attempt < 4; attempt++) outcomes.push((await answerTo(auth, '/auth/login', wrong))[1])

    expect(outcomes).toEqual([...Array(3).fill('invalid_credentials'), 'captcha_required'])
    const elsewhere = new Browser(auth).request('/auth/login', ann)
    expect(await codeOf(await auth.fetch(elsewhere, { address: '198.51.100.9' }))).toBe('captcha_required')
    const bob = { username: 'bob', password: passwordOf('bob') }
    const other = new Browser(auth).request('/auth/login', bob)
    expect((await auth.fetch(other, { address: '198.51.100.9' })).status).toBe(200)
  })

  it('as a function of the application decides, which sees the attempt and no password', async () => {
    const seen: unknown[] = []
    const { auth } = testServer({
      captcha: {
        provider,
        when(attempt) {
          seen.push(attempt)
          return attempt.headers.get('X-Risk') === 'high'
        },
      },
    })

    expect(await answerTo(auth, '/auth/login', { ...ann, sms: '1234' })).toEqual([200, undefined])
    const risky = await new Browser(auth).post('/auth/login', ann, { 'X-Risk': 'high' })

    expect(await codeOf(risky)).toBe('captcha_required')
    expect(seen[0]).toMatchObject({
      action: 'signIn',
      username: 'ann',
      fields: { sms: '1234' },
      address: '192.0.2.7',
      failures: 0,
    })
    expect(JSON.stringify(seen)).not.toContain(ann.password)
  })

  it.each([
    ['undefined', () => undefined],
    ['a promise of a string', async () => 'yes'],
  ])('a function that answers %s fails closed with 503, and the operator reads why', async (_, when) => {
    const { auth, logged } = testServer({ captcha: { provider, when: when as unknown as () => boolean } })

    expect(await answerTo(auth, '/auth/login', ann)).toEqual([503, 'service_unavailable'])
    expect(logged.join()).toContain('captcha.when returned')
  })

  it('only for the actions that require it', async () => {
    const { auth } = testServer({ captcha: { provider, for: ['register'] } })

    expect(await answerTo(auth, '/auth/login', ann)).toEqual([200, undefined])
    const response = await auth.fetch(new Request('https://auth.example.com/auth/captcha?action=signIn'))
    expect([response.status, await codeOf(response)]).toEqual([404, 'not_found'])
  })

  it('never for a typed call, which the application makes itself', async () => {
    const { auth } = testServer({ captcha: { provider }, before: { signIn: () => ({ code: 'no', message: 'No.' }) } })

    expect(await auth.sessions.signIn(ann)).toMatchObject({ user: { subject: 'ann' } })
  })
})

describe('registration behind a captcha', () => {
  it('needs a solution for registration', async () => {
    const { auth } = testServer({ directory: undefined, registration: 'open', captcha: { provider } } as object)
    const eve = { username: 'eve', password: 'a long pass phrase' }

    expect(await answerTo(auth, '/auth/register', eve)).toEqual([403, 'captcha_required'])
    const ofSignIn = await solve(await challengeOf(auth))
    expect(await answerTo(auth, '/auth/register', { ...eve, captcha: ofSignIn })).toEqual([403, 'captcha_invalid'])
    const captcha = await solve(await challengeOf(auth, 'register'))
    expect(await answerTo(auth, '/auth/register', { ...eve, captcha })).toEqual([201, undefined])
  })
})

describe('GET /auth/captcha', () => {
  it('needs no throttle: a challenge does not use the store', async () => {
    const { auth, stored } = testServer({ captcha: { provider } })
    stored.away = true

    for (let number = 0; number < 50; number++) expect(await challengeOf(auth)).toMatchObject({ kind: 'altcha' })
  })

  it('answers a challenge that no cache keeps, with its life in seconds', async () => {
    const { auth } = testServer({ captcha: { provider } })

    const response = await auth.fetch(new Request('https://auth.example.com/auth/captcha'))

    expect(response.headers.get('Cache-Control')).toBe('no-store')
    expect(await response.json()).toMatchObject({ kind: 'altcha', action: 'signIn', when: 'always', expires_in: 300 })
  })

  it.each([
    ['without a captcha', {}, '', 404, 'not_found'],
    ['for an unknown action', { captcha: { provider } }, '?action=vote', 400, 'invalid_request'],
  ])('%s', async (_, options, query, status, code) => {
    const { auth } = testServer(options)

    const response = await auth.fetch(new Request(`https://auth.example.com/auth/captcha${query}`))

    expect([response.status, await codeOf(response)]).toEqual([status, code])
  })
})

describe('options of the captcha', () => {
  it.each([
    [{ captcha: {} }, 'captcha.provider must be one such as altcha()'],
    [{ captcha: { provider, wen: 'always' } }, 'unknown option `captcha.wen`; did you mean `captcha.when`?'],
    [{ captcha: { provider, when: 'sometimes' } }, "captcha.when must be 'always'"],
    [{ captcha: { provider, when: { afterFailures: 0 } } }, 'captcha.when.afterFailures must be a whole number'],
    [{ captcha: { provider, for: [] } }, 'captcha.for must name signIn, register or both'],
    [{ captcha: { provider, for: ['logout'] } }, 'captcha.for[0] must be one of signIn, register'],
    [{ before: { signIn: 'no' } }, 'before.signIn must be a function'],
    [{ before: { login: () => undefined } }, 'unknown option `before.login`'],
  ])('%o is refused in words', (options, message) => {
    expect(() => testServer(options as Partial<AuthServerOptions>)).toThrow(message)
  })
})
