// The guard as a function, without a server: beside the bare signature check of node:crypto and fast-jwt.
import { verify } from 'node:crypto'
import { createGuard } from '@sessionward/guard'
import { createVerifier } from 'fast-jwt'
import { audience, issuer, jwk, makeTokens, publicKey } from './tokens.mjs'

const tokens = makeTokens(2000)
const guard = createGuard({ issuer, audience, types: ['JWT'], keys: { keys: [jwk] } })
const cold = createGuard({ issuer, audience, types: ['JWT'], keys: { keys: [jwk] }, cacheSize: 0 })
const pem = publicKey.export({ type: 'spki', format: 'pem' })
const fastJwt = createVerifier({ key: pem, algorithms: ['ES256'], allowedIss: issuer, allowedAud: audience })
const request = { method: 'GET', url: '/orders', headers: { authorization: `Bearer ${tokens[0]}` } }

const cases = {
  bare: (token) => {
    const end = token.lastIndexOf('.')
    const key = { key: publicKey, dsaEncoding: 'ieee-p1363' }
    if (!verify('sha256', Buffer.from(token.slice(0, end)), key, Buffer.from(token.slice(end + 1), 'base64url')))
      throw new Error('the signature is not valid')
  },
  cold: (token) => cold.verify(token),
  'fast-jwt': (token) => fastJwt(token),
  warm: () => guard.check(request),
}

/** @returns for each case the microseconds of each round */
export async function measureCalls(rounds) {
  const measured = Object.fromEntries(Object.keys(cases).map((name) => [name, []]))
  for (let round = 0; round <= rounds; round++) {
    for (const [name, call] of Object.entries(cases)) {
      const passes = name === 'warm' ? 100 : 2
      const began = performance.now()
      for (let pass = 0; pass < passes; pass++) for (const token of tokens) await call(token)
      const each = ((performance.now() - began) * 1000) / (passes * tokens.length)
      if (round > 0) measured[name].push(each)
    }
  }
  return measured
}
