import { generateKeyPairSync } from 'node:crypto'
import { decodeProtectedHeader } from 'jose'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type AuthServerOptions, createAuthServer } from '../../src/index.js'
import { memoryStore } from '../../src/store/memory/index.js'
import { listeningServer } from '../harness/listening.js'
import { testSecrets } from '../harness/secrets.js'
import { type Issuer, verifiers } from './verifiers.js'

const presets = [
  { preset: 'the default', options: {}, algorithm: 'ES256', typ: 'at+jwt' },
  { preset: "interop: 'rs256'", options: { interop: 'rs256' }, algorithm: 'RS256', typ: 'JWT' },
] as const

/** Two keys for all: making one takes long. */
const rsa = [1, 2].map(() => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
})

const audience = 'business'
const hour = 3600

describe.each(Object.entries(verifiers))('%s', (_, makeVerifier) => {
  it.each(presets)('verifies our tokens through a rotation of the key, with $preset', async (preset) => {
    const { auth, issuer, advance } = await openIssuer(preset)
    advance(-hour)
    const expired = await tokenOf(auth)
    advance(hour)
    const before = await tokenOf(auth)
    const accepts = await makeVerifier(issuer)
    expect(decodeProtectedHeader(before)).toMatchObject({ alg: preset.algorithm, typ: preset.typ })

    expect([await accepts(before), await accepts(expired)]).toEqual([true, false])
    await auth.keys.rotate({ force: true })
    const after = await tokenOf(auth)

    expect(decodeProtectedHeader(after).kid).not.toBe(decodeProtectedHeader(before).kid)
    expect([await accepts(before), await accepts(after), await accepts(expired)]).toEqual([true, true, false])
    // One that starts now finds both keys too.
    const acceptsNow = await makeVerifier(issuer)
    expect([await acceptsNow(before), await acceptsNow(after)]).toEqual([true, true])
  })

  it.each(presets)('refuses tokens of others, with $preset', async (preset) => {
    const [ours, theirs] = preset.algorithm === 'RS256' ? rsa.map((signingKey) => ({ signingKey })) : [{}, {}]
    const { auth, issuer } = await openIssuer(preset, ours)
    const accepts = await makeVerifier(issuer)
    const good = await tokenOf(auth)
    const foreign = await tokenOf(anotherServer(issuer.issuer, { ...preset.options, ...theirs }))
    const forAnotherAudience = await makeVerifier({ ...issuer, audience: 'elsewhere' })
    const ofAnotherIssuer = await makeVerifier({ ...issuer, issuer: issuer.issuer.replace('127.0.0.1', 'localhost') })

    expect(await accepts(good)).toBe(true)
    expect(await accepts(withSignatureOf(foreign, good))).toBe(false)
    expect(await accepts(foreign).catch(() => false)).toBe(false)
    expect([await forAnotherAudience(good), await ofAnotherIssuer(good)]).toEqual([false, false])
  })
})

async function openIssuer({ options, algorithm }: (typeof presets)[number], further: Partial<AuthServerOptions> = {}) {
  let ahead = 0
  const store = memoryStore({ now: () => Date.now() + ahead * 1000 })
  const silent = { warn: () => {}, error: () => {} }
  const { auth, url } = await listeningServer({ ...options, ...further, audience, store, logger: silent })
  const issuer: Issuer = { issuer: url, jwksUri: `${url}/.well-known/jwks.json`, audience, algorithm }
  return {
    auth,
    issuer,
    advance(seconds: number) {
      ahead += seconds
    },
  }
}

/** Has keys of its own, and claims to be the issuer. */
function anotherServer(issuer: string, options: Partial<AuthServerOptions>) {
  const server = createAuthServer({
    ...{ issuer, audience, mode: 'development', secrets: testSecrets(), store: memoryStore() },
    ...options,
  })
  onTestFinished(() => server.close())
  return server
}

async function tokenOf(auth: Pick<ReturnType<typeof createAuthServer>, 'sessions' | 'accounts'>): Promise<string> {
  const subject = auth.accounts
    ? (await auth.accounts.create({ username: 'ann', password: 'correct horse battery' })).subject
    : 'ann'
  return (await auth.sessions.start({ subject })).accessToken
}

/** What the good token says, under a signature that its key did not make. */
function withSignatureOf(foreign: string, good: string): string {
  return [...good.split('.').slice(0, 2), foreign.split('.')[2]].join('.')
}
