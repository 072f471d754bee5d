import type { RevocationMessage } from '@sessionward/protocol'
import { expect, test } from 'vitest'
import { type MultiIssuerOptions, readOptions } from '../src/config.js'
import { TokenGuard } from '../src/guard.js'
import type { RevocationSource } from '../src/revocation/source.js'
import { audience, goodClaims, issuer, makeKey, makeLogger, now, seams, signToken, verdictOn } from './issuer.js'

const ours = makeKey('ES256', 'ours')
const theirs = makeKey('RS256', 'theirs')
const partner = 'https://login.partner.example'

const issuers: MultiIssuerOptions['issuers'] = [
  { issuer, keys: ours.jwk },
  {
    issuer: partner,
    keys: theirs.jwk,
    algorithms: ['RS256'],
    types: ['JWT'],
    audience: 'https://api.partner.example',
    maxLifetime: 7200,
    claims: ({ azp, session_state }) => ({ client_id: azp, sid: session_state }),
  },
]

function guardOf(options: Partial<MultiIssuerOptions> = {}) {
  const { logger } = makeLogger()
  return new TokenGuard(readOptions({ audience, issuers, now: () => now * 1000, logger, ...options }), seams.node)
}

const partnerClaims = {
  iss: partner,
  aud: 'https://api.partner.example',
  exp: now + 7000,
  client_id: undefined,
  sid: undefined,
  azp: 'partner-app',
  session_state: 'partner-session',
}
const partnerToken = (claims = {}, header = {}, key = theirs) =>
  signToken(key, { ...partnerClaims, ...claims }, { typ: 'JWT', ...header })

test('a token of each issuer passes by the rules of its own profile', async () => {
  const guard = guardOf()
  expect(await guard.verify(signToken(ours))).toMatchObject({ subject: 'user-1', clientId: 'default' })
  const principal = await guard.verify(partnerToken())
  expect(principal).toMatchObject({ clientId: 'partner-app', sessionId: 'partner-session' })
  expect(await guard.verify(partnerToken())).toBe(principal)
  expect(guard.figures().issuers).toMatchObject({ [issuer]: { keys: { count: 1 } }, [partner]: { keys: { count: 1 } } })
})

test('one subject of two issuers is distinguished by the issuer among the claims', async () => {
  const guard = guardOf()
  const principals = [await guard.verify(signToken(ours)), await guard.verify(partnerToken())]
  expect(principals.map(({ subject, claims }) => [claims.iss, subject])).toEqual([
    [issuer, 'user-1'],
    [partner, 'user-1'],
  ])
})

test.each([
  ["ours, signed with the partner's key", signToken(theirs)],
  ["ours, signed with the partner's key and called by its profile", signToken(theirs, {}, { typ: 'JWT' })],
  ["ours, with the partner's kid", signToken(ours, {}, { kid: 'theirs' })],
  ["the partner's, signed with our key", partnerToken({}, {}, ours)],
  ["the partner's, signed with our key in our form", signToken(ours, { iss: partner })],
  ["the partner's, with our kid", partnerToken({}, { kid: 'ours' })],
  ["ours, with the partner's typ", signToken(ours, {}, { typ: 'JWT' })],
  ["the partner's, with our typ", partnerToken({}, { typ: 'at+jwt' })],
  ["ours, for the partner's audience", signToken(ours, { aud: 'https://api.partner.example' })],
  ["the partner's, for our audience", partnerToken({ aud: audience })],
  ["ours, with the partner's lifetime", signToken(ours, { exp: now + 7000 })],
  ['of nobody that is trusted', signToken(ours, { iss: 'https://evil.example' })],
  ['of both', signToken(ours, { iss: [issuer, partner] })],
  ['without iss', signToken(ours, { iss: undefined })],
  ['that is none', 'not a token'],
  ['whose claims the mapping cannot find', partnerToken({ azp: undefined })],
])('a token %s is refused', async (_title, token) => {
  expect(await verdictOn(guardOf(), token)).toBe('access_token_invalid')
})

test('a mapping that throws refuses the token and cannot name another issuer', async () => {
  const [first, second] = issuers as [MultiIssuerOptions['issuers'][0], MultiIssuerOptions['issuers'][0]]
  const broken = () => {
    throw new Error('broken')
  }
  expect(await verdictOn(guardOf({ issuers: [first, { ...second, claims: broken }] }), partnerToken())).toBe(
    'access_token_invalid',
  )
  const lying = () => ({ iss: issuer, client_id: 'app', sid: 'session' })
  const principal = await guardOf({ issuers: [first, { ...second, claims: lying }] }).verify(partnerToken())
  expect(principal.claims.iss).toBe(partner)
})

test('a session that one issuer revokes is revoked for its own tokens only', async () => {
  const guard = guardOf({ issuers: [{ ...issuers[0]!, feed: revoking('shared') }, issuers[1]!] })
  expect(await verdictOn(guard, signToken(ours, { sid: 'shared' }))).toBe('signed_out')
  expect(await verdictOn(guard, partnerToken({ session_state: 'shared' }))).toBe('passed')
})

test('the end of a session is reported by the feed of its own issuer', async () => {
  const guard = guardOf({ issuers: [issuers[0]!, { ...issuers[1]!, feed: revoking('other') }] })
  const principal = await guard.verify(partnerToken())
  const reasons: string[] = []
  guard.onSessionEnd({ ...principal, sessionId: 'other' }, ({ code }) => reasons.push(code))
  await Promise.resolve()
  expect(reasons).toEqual(['signed_out'])
})

test.each<[string, object, RegExp]>([
  ['one issuer twice', { issuers: [issuers[0], issuers[0]] }, /^issuers: must not contain .* twice/],
  ['no issuer', { issuers: [] }, /^issuers: must be a list of objects/],
  ['keys beside the list', { issuers, keys: ours.jwk }, /^keys: must be in each of issuers/],
  ['a misspelt name', { issuers: [{ issuer, key: ours.jwk }] }, /unknown option `issuers\[0\].key`; did you mean/],
  [
    'a wrong lifetime',
    { issuers: [{ issuer, keys: ours.jwk, maxLifetime: 0 }] },
    /^issuers\[0\]\.maxLifetime: must be/,
  ],
  ['no audience', { issuers: [{ issuer, keys: ours.jwk }], audience: undefined }, /^issuers\[0\]\.audience: must be/],
])('a guard with %s is refused', (_title, options, message) => {
  expect(() => guardOf(options)).toThrow(message)
})

function revoking(sid: string): RevocationSource {
  const entries = [{ sid, reason: 'signed_out' as const, expires: goodClaims.exp + 7200 }]
  const snapshot: RevocationMessage = { version: 1, epoch: 'one', watermark: now * 1000, snapshot: true, entries }
  return {
    subscribe(receive) {
      receive(snapshot)
      return () => undefined
    },
  }
}
