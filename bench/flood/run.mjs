// npm run bench -- flood
//
// The latency of refreshes during a flood of sign-ins, and during one of registrations, from a new address each: 4
// connections refresh, 100 flood. The server and its password hashing share one core, the load has the other.
//
// BENCH_SECONDS
import { Agent, request } from 'node:http'
import { figures } from '../harness/figures.mjs'
import { sayPinning, startServer } from '../harness/server.mjs'

const seconds = Number(process.env.BENCH_SECONDS ?? 5)
const refreshing = 4
const flooding = 100
/** Milliseconds that the 99th percentile should stay below. */
const aim = 50

sayPinning()
const server = await startServer(new URL('sessionward.mjs', import.meta.url), { sessions: refreshing })
await server.load(1)
let number = 0
for (const path of [null, '/auth/login', '/auth/register']) {
  const counts = {}
  const flood = path === null ? [] : startFlood(server.facts.base + path, counts)
  const result = await server.measure(seconds, refreshing)
  await Promise.all(flood.map((stop) => stop()))
  const answers = Object.entries(counts).map(([status, count]) => `${status}: ${Math.round(count / seconds)}/s`)
  console.log(`${(path ?? 'no flood').padEnd(15)} ${figures(result)}  ${answers.join(', ')}`)
  if (path !== null && result.p99 >= aim) process.exitCode = 1
}
await server.stop()
console.log(`aim: p99 below ${aim} ms in a flood`)

function startFlood(url, counts) {
  return Array.from({ length: flooding }, () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    let stopped = false
    const done = (async () => {
      while (!stopped) {
        const status = await post(url, agent, ++number)
        counts[status] = (counts[status] ?? 0) + 1
      }
      agent.destroy()
    })()
    return () => {
      stopped = true
      return done
    }
  })
}

function post(url, agent, number) {
  const body = JSON.stringify({
    username: `flood-${number}`,
    password: 'a long pass phrase',
    ...(url.endsWith('login') && { transport: 'body' }),
  })
  const address = `10.${[16, 8, 0].map((shift) => (number >> shift) & 255).join('.')}`
  const headers = {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    'X-Address': address,
  }
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode))
    })
    sent.on('error', reject).end(body)
  })
}
