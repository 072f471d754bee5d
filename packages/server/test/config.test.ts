import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { readConfig } from '../src/config/read-config.js'
import type { AuthServerOptions } from '../src/options.js'
import { createAuthServer } from '../src/server.js'
import { memoryStore } from '../src/store/memory/index.js'
import { randomSecret, testSecrets } from './harness/secrets.js'

const secrets = testSecrets()
const fit: AuthServerOptions = { issuer: 'https://auth.example.com', mode: 'production', store: memoryStore(), secrets }

/** What createAuthServer says of options that are wrong. */
function refusal(wrong: object): string {
  try {
    void createAuthServer({ ...fit, ...wrong }).close()
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
    return (error as Error).message
  }
  throw new Error('the options were accepted')
}

afterEach(() => void vi.unstubAllEnvs())

describe('each option is checked at the door by its name', () => {
  it('says what it needs where it is given nothing', () => {
    expect(() => createAuthServer(undefined as unknown as AuthServerOptions)).toThrow('an object with issuer and store')
  })

  it.each([
    ['a path', 'data/auth.db'],
    ['a function that nobody called', () => memoryStore()],
    ['a promise', Promise.resolve()],
  ])('a store that is %s is not called missing', (_, store) => {
    expect(refusal({ store })).toBe("store is not a store: expected one such as sqliteStore('data/auth.db')")
  })

  it.each(['auth.example.com', 'localhost:4000', 'auth.example.com:443'])('the issuer %s lacks a scheme', (issuer) => {
    expect(refusal({ issuer })).toBe('issuer must be a URL such as https://auth.example.com or http://localhost:4000')
  })

  // Without slashes, after which a URL has no user information.
  const secret = randomSecret().replaceAll('/', '_')
  it.each<[string, object]>([
    ['issuer', { issuer: undefined }],
    ['issuer', { issuer: 'auth.example.com' }],
    ['issuer', { issuer: 'ftp://auth.example.com' }],
    ['issuer', { issuer: 'https://auth.example.com/' }],
    ['issuer', { issuer: 'https://auth.example.com?a=b' }],
    ['issuer', { issuer: 'https://auth.example.com?' }],
    ['issuer', { issuer: 'https://auth.example.com#' }],
    ['issuer', { issuer: ' https://auth.example.com' }],
    ['issuer', { issuer: 'https://auth.example.com\n' }],
    ['issuer', { issuer: `https://user:${secret}@auth.example.com` }],
    ['issuer', { issuer: `https://:${secret}@auth.example.com` }],
    ['store', { store: undefined }],
    ['store', { store: {} }],
    ['mode', { mode: 'prod' }],
    ['origins', { origins: 'https://app.example.com' }],
    ['origins[1]', { origins: ['https://app.example.com', 'https://app.example.com/'] }],
    ['origins[0]', { origins: ['*'] }],
    ['origins[0]', { origins: ['null'] }],
    ['origins[0]', { origins: ['https://app.example.com:443'] }],
    ['origins[0]', { origins: ['wss://app.example.com'] }],
    ['origins[0]', { origins: [`https://me:${secret}@app.example.com`] }],
    ['origins[0]', { origins: [undefined] }],
    ['origins[0]', { origins: ['https://*.example.com'] }],
    ['origins[0]', { origins: ['file://'] }],
    ['origins[0]', { origins: ['file://localhost'] }],
    ['origins[0]', { origins: ['capacitor://localhost/'] }],
    ['origins[0]', { origins: ['capacitor://'] }],
    ['origins[0]', { origins: ['capacitor:localhost'] }],
    ['origins[0]', { origins: ['Capacitor://localhost'] }],
    ['origins[0]', { origins: ['javascript://localhost'] }],
    ['origins[0]', { origins: [`app://me:${secret}@localhost`] }],
    ['cache', { cache: {} }],
    ['cache', { cache: null }],
    ['basePath', { basePath: 'auth' }],
    ['basePath', { basePath: '/auth/' }],
    ['basePath', { basePath: '/' }],
    ['basePath', { basePath: '/auth/..' }],
    ['basePath', { basePath: '/./auth' }],
    ['basePath', { basePath: '/:auth' }],
    ['basePath', { basePath: '/auth/*' }],
    ['basePath', { basePath: 5 }],
    ['audience', { audience: [] }],
    ['audience', { audience: '' }],
    ['audience', { audience: ['orders', ''] }],
    ['audience', { audience: 5 }],
    ['clientId', { clientId: 'a.b' }],
    ['clientId', { clientId: 'a; Domain=example.com' }],
    ['clientId', { clientId: 5 }],
    ['cookieName', { cookieName: '' }],
    ['cookieName', { cookieName: 'a=b' }],
    ['envelope', { envelope: { ok: 10200, codes: { default: 10500 } } }],
    ['envelope', { envelope: null }],
    ['clients', { clients: secret }],
    ['clients[0]', { clients: [{ id: 'web', secret: 'short' }] }],
    ['clients[0]', { clients: [{ id: 'web', secret: 5 }] }],
    ['clients[0]', { clients: [{ id: 'we b', secret }] }],
    ['clients[0]', { clients: [null] }],
    [
      'clients[1]',
      {
        clients: [
          { id: 'web', secret },
          { id: 'web', secret },
        ],
      },
    ],
    ['algorithm', { algorithm: 'HS256' }],
    ['algorithm', { algorithm: 'none' }],
    ['interop', { interop: 'hs256' }],
    ['signingKey', { signingKey: secret }],
    ['signingKey', { signingKey: 5 }],
    ['lifetimes', { lifetimes: 'long' }],
    ['lifetimes', { lifetimes: 'toString' }],
    ['lifetimes', { lifetimes: 300 }],
    ['lifetimes', { lifetimes: null }],
    ['lifetimes.accessToken', { lifetimes: { accessToken: 0 } }],
    ['lifetimes.accessToken', { lifetimes: { accessToken: 1.5 } }],
    ['lifetimes.accessToken', { lifetimes: { accessToken: '300' } }],
    ['lifetimes.accessToken', { lifetimes: { accessToken: 86_401 } }],
    ['lifetimes.idle', { lifetimes: { idle: 11, absolute: 10, accessToken: 1 } }],
    ['lifetimes.accessToken', { lifetimes: { accessToken: 11, idle: 10, absolute: 10 } }],
    ['policy', { policy: null }],
    ['place', { place: 'Oslo' }],
    ['policy', { policy: 1 }],
    ['policy.maxSessions', { policy: {} }],
    ['policy.maxSessions', { policy: { maxSessions: 0 } }],
    ['policy.maxSessions', { policy: { maxSessions: 1.5 } }],
    ['policy.maxSessions', { policy: { maxSessions: '1' } }],
    ['policy.per', { policy: { maxSessions: 1, per: 'device' } }],
    ['policy.onExceed', { policy: { maxSessions: 1, onExceed: 'kick' } }],
    ['adoptLegacy', { adoptLegacy: null }],
    ['adoptLegacy.until', { adoptLegacy: { identify: () => null } }],
    ['adoptLegacy.until', { adoptLegacy: { until: '2027-02-31', identify: () => null } }],
    ['adoptLegacy.until', { adoptLegacy: { until: new Date(), identify: () => null } }],
    ['adoptLegacy.identify', { adoptLegacy: { until: '2027-03-31' } }],
    ['adoptLegacy.cookie', { adoptLegacy: { until: '2027-03-31', identify: () => null, cookie: 'a b' } }],
    ['adoptLegacy.share', { adoptLegacy: { until: '2027-03-31', identify: () => null, share: 10 } }],
    ['adoptLegacy.share', { adoptLegacy: { until: '2027-03-31', identify: () => null, share: '0.1' } }],
    ['registration', { registration: true }],
    ['registrationFields', { registrationFields: 'name' }],
    ['registrationFields[0]', { registrationFields: ['__proto__'] }],
    ['sessionKind', { sessionKind: 'single' }],
    ['lifetimes.idle', { sessionKind: 'sliding', lifetimes: { idle: 3600 } }],
    ['lifetimes.accessToken', { sessionKind: 'sliding', lifetimes: { absolute: 1800 } }],
    ['lifetimes.accessToken', { sessionKind: 'sliding', lifetimes: { accessToken: 86_401 } }],
    ['lifetimes.idle', { sessionKind: 'fixed', lifetimes: { idle: 3600 } }],
    ['lifetimes.accessToken', { sessionKind: 'fixed', lifetimes: { accessToken: 600, absolute: 300 } }],
    ['confirmation', { sessionKind: 'fixed', confirmation: 'strict' }],
    ['confirmation', { confirmation: 'eager' }],
    ['recovery', { recovery: 'yes' }],
    ['allowPlainHttp', { allowPlainHttp: 'false' }],
    ['secrets', { secrets: secret }],
    ['secrets', { secrets: null }],
    ['secrets.refresh', { secrets: { seal: secret } }],
    ['secrets.refresh', { secrets: { refresh: secret, seal: secret } }],
    ['secrets.seal', { secrets: { refresh: secrets.refresh } }],
    ['secrets.seal', { secrets: { ...secrets, seal: 'short' } }],
    ['secrets.seal', { secrets: { ...secrets, seal: 'please-change-this-secret-in-production' } }],
    ['secrets.guards[0]', { secrets: { ...secrets, guards: ['short'] } }],
    ['passwords', { passwords: null }],
    ['directory', { directory: {} }],
    ['directory', { directory: null }],
  ])('%s (%#)', (option, wrong) => {
    const message = refusal(wrong)

    expect(message.startsWith(option), message).toBe(true)
    expect(message).not.toContain(secret.slice(0, 12))
  })

  it.each([
    [{ origin: ['https://app.example.com'] }, 'origin', 'origins'],
    [{ secrets: { ...secrets, guard: [secret] } }, 'secrets.guard', 'secrets.guards'],
    [{ accounts: { claim: ['team'] } }, 'accounts.claim', 'accounts.claims'],
    [{ passwords: { concurency: 1 } }, 'passwords.concurency', 'passwords.concurrency'],
    [{ throttle: { acount: { failures: 5, window: 60 } } }, 'throttle.acount', 'throttle.account'],
    [{ lifetimes: { acessToken: 60 } }, 'lifetimes.acessToken', 'lifetimes.accessToken'],
    [{ policy: { maxSession: 1 } }, 'policy.maxSession', 'policy.maxSessions'],
  ])('a misspelt name is answered with the one that was meant: %#', (wrong, name, meant) => {
    expect(refusal(wrong)).toBe(`unknown option \`${name}\`; did you mean \`${meant}\`?`)
  })

  it('a private key of another kind than the algorithm needs', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' })
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string

    const message = refusal({ signingKey: pem })

    expect(message).toMatch(/^signingKey/)
    expect(message).not.toContain(pem.split('\n')[1]!.slice(0, 12))
  })
})

describe('origins', () => {
  it('may be of an application with a scheme of its own, in production too', () => {
    const origins = [
      'https://app.example.com',
      'capacitor://localhost',
      'tauri://localhost',
      'app://bundle:8080',
      'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
      'moz-extension://2c127fa4-62c7-7e4f-90e5-472b45eecfdc',
    ]

    expect([...readConfig({ ...fit, mode: 'production', origins }).origins].slice(1)).toEqual(origins)
  })

  it('are refused with what to write instead where one is null or a pattern', () => {
    expect(refusal({ origins: ['null'] })).toMatch(/"null".*own scheme/)
    expect(refusal({ origins: ['https://*.example.com'] })).toMatch(/pattern.*list each origin/)
  })
})

describe('production', () => {
  it('is what NODE_ENV says', () => {
    vi.stubEnv('NODE_ENV', 'production')

    expect(refusal({ mode: undefined, secrets: undefined })).toMatch(/^secrets is missing/)
  })

  it('must be said where the issuer is not this machine', () => {
    vi.stubEnv('NODE_ENV', 'test')

    expect(refusal({ mode: undefined })).toMatch(/^mode is missing/)
  })

  it('refuses to begin without secrets and on plain http', () => {
    expect(refusal({ secrets: undefined })).toMatch(/^secrets is missing/)
    expect(refusal({ issuer: 'http://auth.example.com' })).toMatch(/^issuer must begin with https/)
    expect(refusal({ origins: ['http://app.example.com'] })).toMatch(/^origins\[0\] must be https/)
  })

  it('allows plain http on an intranet with the option', () => {
    const config = readConfig({ ...fit, issuer: 'http://auth.intranet', allowPlainHttp: true })

    expect(config.secure).toBe(false)
  })

  it('keeps registration closed by default', () => {
    expect(readConfig(fit).registration).toBe('closed')
    expect(readConfig({ ...fit, registration: 'open' }).registration).toBe('open')
  })
})

describe('development', () => {
  function inFolder(options: Partial<AuthServerOptions>) {
    const dataFolder = mkdtempSync(join(tmpdir(), 'sessionward-'))
    onTestFinished(() => rmSync(dataFolder, { recursive: true, force: true }))
    const { secrets: _, mode: __, ...rest } = fit
    return readConfig({ ...rest, dataFolder, ...options })
  }

  it.each(['http://localhost:4000', 'http://127.0.0.1:4000', 'http://[::1]:4000', 'http://auth.localhost'])(
    'is what %s is without a word, with secrets of its own and open registration',
    (issuer) => {
      vi.stubEnv('NODE_ENV', 'test')

      const config = inFolder({ issuer })

      expect(config.registration).toBe('open')
      expect(config.secrets.refresh).toHaveLength(1)
    },
  )

  it('is not what a host that only looks like this machine is', () => {
    vi.stubEnv('NODE_ENV', 'test')

    for (const issuer of ['http://localhost.example.com', 'http://127.evil.example', 'http://128.0.0.1']) {
      expect(() => inFolder({ issuer })).toThrow(/^mode is missing/)
    }
  })

  it('refuses weak secrets all the same where some are given', () => {
    expect(refusal({ mode: 'development', secrets: { ...secrets, seal: 'changeme'.repeat(8) } })).toMatch(
      /^secrets.seal/,
    )
  })
})

describe('defaults', () => {
  it('are those of the docstrings', () => {
    const config = readConfig(fit)

    expect(config).toMatchObject({
      basePath: '/auth',
      audience: 'https://auth.example.com',
      clientId: 'default',
      algorithm: 'ES256',
      tokenType: 'at+jwt',
      lifetimes: { accessToken: 300, idle: 14 * 86_400, absolute: 90 * 86_400 },
      confirmation: 'on-use',
      recovery: false,
      cookieName: 'sessionward',
      envelope: undefined,
    })
    expect([...config.origins]).toEqual(['https://auth.example.com'])
  })

  it.each([
    [undefined, { accessToken: 3600, idle: 3600, absolute: 90 * 86_400 }],
    [{ accessToken: 7200 }, { accessToken: 7200, idle: 7200, absolute: 90 * 86_400 }],
    [{ absolute: 43_200 }, { accessToken: 3600, idle: 3600, absolute: 43_200 }],
    ['strict', { accessToken: 3600, idle: 3600, absolute: 86_400 }],
  ] as const)('a single token lives for an hour and the session idles out with it: %j', (lifetimes, expected) => {
    const options = { ...fit, sessionKind: 'sliding', ...(lifetimes && { lifetimes }) } as const

    expect(readConfig(options)).toMatchObject({ kind: { name: 'sliding' }, lifetimes: expected })
  })

  it.each([
    [undefined, { accessToken: 300, absolute: 30 * 86_400 }],
    ['default', { accessToken: 300, absolute: 30 * 86_400 }],
    ['strict', { accessToken: 300, absolute: 86_400 }],
    [{ absolute: 7 * 86_400 }, { accessToken: 300, absolute: 7 * 86_400 }],
    [{ accessToken: 900 }, { accessToken: 900, absolute: 30 * 86_400 }],
  ] as const)('an identity cookie lives for 30 days, used or not: %j', (lifetimes, expected) => {
    const options = { ...fit, sessionKind: 'fixed', ...(lifetimes && { lifetimes }) } as const

    const config = readConfig(options)

    expect(config).toMatchObject({ kind: { name: 'fixed' }, lifetimes: { ...expected, idle: expected.absolute } })
  })

  it('the strict profile is that of NIST SP 800-63B-4 section 2.2.3', () => {
    expect(readConfig({ ...fit, lifetimes: 'strict' }).lifetimes).toEqual({
      accessToken: 300,
      idle: 3600,
      absolute: 86_400,
    })
  })
})
