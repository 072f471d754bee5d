// A guard that remembers a million revoked sessions: memory, and what a check costs. In a process of its own, with --expose-gc.
import { randomBytes } from 'node:crypto'
import { createGuard } from '@sessionward/guard'
import { median } from '../harness/figures.mjs'
import { audience, issuer, jwk, makeTokens } from '../verify/tokens.mjs'

const count = 1_000_000
const [token] = makeTokens(1)
const request = { method: 'GET', url: '/', headers: { authorization: `Bearer ${token}` } }

let deliver
const withFeed = {
  subscribe(listener) {
    deliver = listener
    return () => {}
  },
}
const guard = createGuard({ issuer, audience, types: ['JWT'], keys: { keys: [jwk] }, feed: withFeed })
const bare = createGuard({ issuer, audience, types: ['JWT'], keys: { keys: [jwk] } })
send([], true)
await guard.check(request)

const before = memory()
const expires = Math.floor(Date.now() / 1000) + 3600
// As from the wire: each entry is parsed from text, so that none shares its strings.
for (let from = 0; from < count; from += 10_000) {
  const entries = Array.from({ length: 10_000 }, () => ({
    sid: randomBytes(16).toString('base64url'),
    reason: 'signed_out',
    expires,
  }))
  send(JSON.parse(JSON.stringify(entries)), false)
}
const megabytes = (memory() - before) / 1e6
const differences = []
for (let round = 0; round < 7; round++) differences.push((await costOf(guard)) - (await costOf(bare)))
const micros = median(differences)
console.log(JSON.stringify({ entries: guard.figures().feed.entries, megabytes, micros }))

function send(entries, snapshot) {
  deliver({ version: 1, epoch: 'bench', watermark: Date.now(), snapshot, entries }, false)
}

function memory() {
  globalThis.gc()
  globalThis.gc()
  return process.memoryUsage().heapUsed
}

/** Microseconds of a check of a remembered token. */
async function costOf(one) {
  const checks = 200_000
  const began = performance.now()
  for (let number = 0; number < checks; number++) await one.check(request)
  return ((performance.now() - began) * 1000) / checks
}
