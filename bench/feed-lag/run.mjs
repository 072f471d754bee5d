// npm run bench -- feed-lag
//
// From the answer of a sign-out to the refusal of its access token by guards in another process, over the revocation feed, on
// each store: with one guard, with 200 on one node, and with a guard whose node is not the one that revokes. Then what a guard
// needs to remember a million revoked sessions.
//
// BENCH_SESSIONS
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createGuard } from '@sessionward/guard'
import { scratchFolder } from '../harness/scratch.mjs'
import { sayPinning, startServer, stopServers } from '../harness/server.mjs'
import { closeDatabases, openDatabase, promiseOf } from '../stores/databases.mjs'

const sessions = Number(process.env.BENCH_SESSIONS ?? 200)
const stores = ['sqlite', 'postgres', 'redis']
/** Milliseconds, of which 99 % may take no longer. */
const aim = 100
const failures = []

sayPinning()
try {
  for (const store of stores) {
    const { missing } = await promiseOf(store)
    if (missing) console.log(`${store}: ${missing}`)
    else await measureStore(store)
  }
} finally {
  await stopServers()
  await closeDatabases()
}
measureEntries()
for (const failure of failures) console.log(`MISSED: ${failure}`)
if (failures.length > 0) process.exitCode = 1

async function measureStore(store) {
  const { place } = await openDatabase(store)
  const folder = scratchFolder()
  const credential = secret()
  const secrets = { refresh: [{ id: 1, state: 'minting', secret: secret() }], seal: secret() }
  const start = (options) =>
    startServer(new URL('serve.mjs', import.meta.url), { store, credential, secrets, folder, ...place, ...options })
  const first = await start({ sessions: 3 * sessions })
  const { url: issuer, tokens, name } = first.facts
  const second = await start({ sessions: 0, issuer })
  for (const [title, count, node] of [
    ['one guard', 1, first],
    ['200 guards', 200, first],
    ['one guard at another node', 1, second],
  ]) {
    const feed = { credential, url: `${node.facts.url}/auth/revocations` }
    const guards = Array.from({ length: count }, () => createGuard({ issuer, audience: issuer, feed }))
    await Promise.all(guards.map((guard) => guard.ready()))
    const lags = []
    for (const token of tokens.splice(0, sessions)) lags.push(...(await lagsOf(issuer, token, guards)))
    for (const guard of guards) guard.close()
    const p99 = at(lags, 0.99)
    console.log(`${name}, ${title}: p50 ${at(lags, 0.5).toFixed(1)} ms, p99 ${p99.toFixed(1)} ms (aim: at most ${aim})`)
    // Two processes on one SQLite file have nothing but the file: they look every half second.
    if (p99 > aim && !(store === 'sqlite' && node === second))
      failures.push(`${name}, ${title}: p99 ${p99.toFixed(1)} ms`)
  }
  await first.stop()
  await second.stop()
}

function secret() {
  return randomBytes(32).toString('base64url')
}

/** Milliseconds from the answer to each guard's refusal; 0 where it refused before the answer. */
async function lagsOf(url, token, guards) {
  const request = { method: 'GET', url: '/', headers: { authorization: `Bearer ${token}` } }
  await Promise.all(guards.map((guard) => guard.check(request)))
  const refusedAt = guards.map((guard) => whenRefused(guard, request))
  const answer = await fetch(`${url}/auth/logout`, { method: 'POST', headers: request.headers })
  if (answer.status !== 204) throw new Error(`the sign-out was answered ${answer.status}`)
  const answered = performance.now()
  return (await Promise.all(refusedAt)).map((time) => Math.max(0, time - answered))
}

async function whenRefused(guard, request) {
  const deadline = performance.now() + 10_000
  while (performance.now() < deadline) {
    try {
      await guard.check(request)
    } catch (error) {
      if (error.code === 'signed_out') return performance.now()
      throw error
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
  throw new Error('a guard did not refuse within 10 s')
}

function at(values, share) {
  return [...values].sort((one, other) => one - other)[Math.min(values.length - 1, Math.floor(share * values.length))]
}

function measureEntries() {
  const file = new URL('entries.mjs', import.meta.url).pathname
  const { stdout } = spawnSync(process.execPath, ['--expose-gc', file], { stdio: ['ignore', 'pipe', 'inherit'] })
  const { entries, megabytes, micros } = JSON.parse(stdout)
  console.log(
    `${entries} revoked sessions: ${megabytes.toFixed(0)} MB (aim: at most 80), ` +
      `which add ${micros.toFixed(2)} us to a check (aim: at most 0.3)`,
  )
  if (megabytes > 80) failures.push(`a million entries need ${megabytes.toFixed(0)} MB`)
  if (micros > 0.3) failures.push(`a million entries add ${micros.toFixed(2)} us to a check`)
}
