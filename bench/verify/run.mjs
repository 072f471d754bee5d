// npm run bench -- verify
//
// What a guard costs a request: the server's CPU time with it less that of the same framework with an empty middleware, ours
// beside others, in one run, round by round, the server pinned to one core and the load to another, 32 connections. Warm: one
// token all the time. Cold: each request brings a token that was not seen before, or is no longer in the cache. There are many
// short rounds, because the speed of a virtual machine may change by the second.
//
// BENCH_ROUNDS, BENCH_SECONDS; --framework=koa for one alone.
import { readdirSync } from 'node:fs'
import { median } from '../harness/figures.mjs'
import { sendRequests } from '../harness/requests.mjs'
import { sayPinning, startServer, stopServers } from '../harness/server.mjs'
import { measureCalls } from './function-call.mjs'
import { audience, issuer, jwk, makeTokens } from './tokens.mjs'

const rounds = Number(process.env.BENCH_ROUNDS ?? 15)
const seconds = Number(process.env.BENCH_SECONDS ?? 1)
const connections = 32
/** More than four caches hold, so that each comes back when it is forgotten. */
const tokens = makeTokens(4096)
/** Each makes a function that returns the next token, one function for each server. */
const loads = { warm: () => () => tokens[0], cold: () => nextOf(tokens) }
const only = process.argv.find((argument) => argument.startsWith('--framework='))?.split('=')[1]
const frameworks = readdirSync(new URL('frameworks', import.meta.url))
  .map((file) => file.replace('.mjs', ''))
  .filter((name) => only === undefined || name === only)
const failures = []

sayPinning()
try {
  report('function call', await measureCalls(rounds))
  for (const framework of frameworks) await measureFramework(framework)
} finally {
  await stopServers()
}
for (const failure of failures) console.log(`MISSED: ${failure}`)
if (failures.length > 0) process.exitCode = 1

function report(title, { bare, cold, warm, 'fast-jwt': fastJwt }) {
  const ratio = median(cold.map((one, round) => one / bare[round]))
  console.log(
    `${title}: warm ${median(warm).toFixed(2)} us; cold ${median(cold).toFixed(1)} us, ` +
      `the bare signature ${median(bare).toFixed(1)} us, fast-jwt ${median(fastJwt).toFixed(1)} us; ` +
      `cold to bare ${ratio.toFixed(2)} (aim: at most 1.2)`,
  )
  if (ratio > 1.2) failures.push(`a cold call costs ${ratio.toFixed(2)} times the bare signature`)
}

async function measureFramework(framework) {
  const { title, variants } = await import(`./frameworks/${framework}.mjs`)
  const names = Object.keys(variants)
  const measured = new Map(names.map((name) => [name, { warm: [], cold: [] }]))
  const servers = new Map()
  for (const variant of names) {
    const server = await startServer(new URL('server.mjs', import.meta.url), {
      framework,
      variant,
      jwk,
      issuer,
      audience,
    })
    servers.set(variant, server)
  }
  // All warm rounds first: the garbage of cold requests is collected during the requests that follow.
  for (const [name, makeLoad] of Object.entries(loads)) {
    const loaded = [...servers].map(([variant, server]) => ({ variant, server, load: makeLoad() }))
    for (const { server, load } of loaded) await sendRequests(server.facts.url, load, 1, connections)
    for (let round = 0; round < rounds; round++) {
      for (const { variant, server, load } of loaded) measured.get(variant)[name].push(await measure(server, load))
    }
  }
  for (const server of servers.values()) await server.stop()
  judge(title, measured)
}

function nextOf(list) {
  let taken = 0
  return () => list[taken++ % list.length]
}

/** Microseconds of CPU time for each request. */
async function measure(server, load) {
  const before = await server.usage()
  const answered = await sendRequests(server.facts.url, load, seconds, connections)
  const after = await server.usage()
  return ((after.cpuSeconds - before.cpuSeconds) * 1e6) / answered
}

function judge(title, measured) {
  const unguarded = measured.get('unguarded')
  console.log(`\n${title}: ${median(unguarded.warm).toFixed(1)} us of CPU time for a request without a guard`)
  const added = (variant, load) => median(measured.get(variant)[load].map((one, round) => one - unguarded[load][round]))
  for (const variant of measured.keys()) {
    if (variant === 'unguarded') continue
    const throughput = median(measured.get(variant).warm.map((one, round) => unguarded.warm[round] / one))
    console.log(
      `  ${variant.padEnd(28)} warm +${added(variant, 'warm').toFixed(1)} us, ${Math.round(throughput * 100)} % of the ` +
        `unguarded throughput; cold +${added(variant, 'cold').toFixed(1)} us`,
    )
    if (variant !== 'ours') continue
    if (added(variant, 'warm') > 5) failures.push(`${title}: warm, the guard adds more than 5 us`)
    if (throughput < 0.9) failures.push(`${title}: less than 90 % of the unguarded throughput`)
  }
  if (!measured.has('express-jwt')) return
  const ratio = added('ours', 'cold') / added('express-jwt', 'cold')
  console.log(`  cold, ours to express-jwt: ${ratio.toFixed(2)} (aim: at most 0.4)`)
  if (ratio > 0.4) failures.push(`${title}: cold, the guard adds ${ratio.toFixed(2)} of what express-jwt adds`)
}
