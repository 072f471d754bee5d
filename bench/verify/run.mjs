// npm run bench -- verify
//
// What a guard costs. First as a function call, beside the bare signature check of node:crypto and fast-jwt, in elapsed time. Then
// in each framework, ours beside others: the server's CPU time for a request less that of the same framework with an empty
// middleware. 32 connections, the server pinned to one core and the load to another. Warm: one token all the time. Cold: each
// request brings a token that was not seen before, or is no longer in the cache. All are measured in turn, in short rounds, because
// the speed of a virtual machine may change by the second; and all servers are started several times, because the same program
// differs by some microseconds from one process to the next. Exits with 1 if an aim is missed.
//
// BENCH_STARTS (5), BENCH_ROUNDS of each start (5), BENCH_SECONDS of each round (0.4); --framework=koa for one alone, --node=24 for
// another Node.
import { readdirSync } from 'node:fs'
import { median } from '../harness/figures.mjs'
import { sendRequests } from '../harness/requests.mjs'
import { sayPinning, startServer, stopServers } from '../harness/server.mjs'
import { measureCalls } from './function-call.mjs'
import { audience, issuer, jwk, makeTokens } from './tokens.mjs'

const starts = Number(process.env.BENCH_STARTS ?? 5)
const rounds = Number(process.env.BENCH_ROUNDS ?? 5)
const seconds = Number(process.env.BENCH_SECONDS ?? 0.4)
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
  report('function call', await measureCalls(starts * rounds))
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
  for (let start = 0; start < starts; start++) {
    const servers = new Map()
    for (const variant of names) {
      const options = { framework, variant, jwk, issuer, audience }
      servers.set(variant, await startServer(new URL('server.mjs', import.meta.url), options))
    }
    await measureServers(servers, measured)
    await stopServers()
  }
  judge(title, measured)
}

/** Adds the rounds of one start. All warm ones come first: the garbage of cold requests is collected during the next requests. */
async function measureServers(servers, measured) {
  for (const [name, makeLoad] of Object.entries(loads)) {
    const loaded = [...servers].map(([variant, server]) => ({ variant, server, load: makeLoad() }))
    for (const { server, load } of loaded) await sendRequests(server.facts.url, load, 1, connections)
    for (let round = 0; round < rounds; round++) {
      for (const { variant, server, load } of loaded) measured.get(variant)[name].push(await measure(server, load))
    }
  }
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
