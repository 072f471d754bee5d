// npm run bench -- stores
//
// Refreshes over HTTP per second of the server's CPU time, on every store, at 1, 16 and 64 connections; beside the floor of
// that store (floor.mjs) and beside node-oidc-provider on Redis. Each has 16,384 sessions, which are refreshed in random order,
// each every few seconds. In one run, in turn: the auth server pinned to one core, the load to the other, the database server,
// which is not counted, wherever it finds room on the two. Every database waits for its disk as it would in production, and
// says so below.
//
// BENCH_STORES=memory,sqlite,... (mysql too, which the others do not include), BENCH_CONNECTIONS=64,16,1, BENCH_ROUNDS,
// BENCH_SECONDS, BENCH_PROFILES=folder
import { reportRefusals } from '../harness/figures.mjs'
import { sayPinning, startServer, stopServers } from '../harness/server.mjs'
import { closeDatabases, openDatabase, promiseOf } from './databases.mjs'
import { figuresOf, judge } from './judge.mjs'

const levels = (process.env.BENCH_CONNECTIONS ?? '64,16,1').split(',').map(Number)
/** With fewer, each would be refreshed so often that it holds more superseded tokens than a session has in life. */
const sessions = 16_384
const people = 64
const rounds = Number(process.env.BENCH_ROUNDS ?? 7)
const seconds = Number(process.env.BENCH_SECONDS ?? 2)
const selected = (process.env.BENCH_STORES ?? 'memory,sqlite,postgres,mariadb,mongodb,redis').split(',')

/** A server on a new database, which has run long enough to be compiled. */
async function warmServer(which, store) {
  const { place } = await openDatabase(store)
  const options = { ...place, store, people, sessions }
  const server = await startServer(new URL(`${which}.mjs`, import.meta.url), options)
  await server.load(3, Math.max(...levels))
  return server
}

/** All stand beside one another and are measured in turn, a little each time: a slow minute of the machine falls on all. */
async function runRounds(stores) {
  const servers = new Map([['oidc-provider redis', await warmServer('oidc-provider', 'redis')]])
  for (const store of stores) {
    for (const which of ['floor', 'sessionward']) servers.set(`${which} ${store}`, await warmServer(which, store))
  }
  console.log('waiting for a minute: most refreshes in life come later than that after their sign-in')
  await new Promise((resolve) => setTimeout(resolve, 61_000))
  const results = new Map()
  for (let round = 1; round <= rounds; round++) {
    for (const connections of levels) {
      for (const [kind, server] of servers) {
        const result = await server.measure(seconds, connections, sessions)
        console.log(`round ${round}  ${figuresOf(server.name, connections, result)}`)
        const key = `${kind} ${connections}`
        results.set(key, [...(results.get(key) ?? []), result])
      }
    }
  }
  for (const server of servers.values()) await server.stop()
  for (const [key, all] of results) reportRefusals(`${key} connections:`, all)
  return (kind, connections, figure) => results.get(`${kind} ${connections}`).map((result) => result[figure])
}

try {
  sayPinning()
  console.log('the database server is not pinned and not counted')
  const stores = []
  for (const store of selected) {
    const { missing, promise } = await promiseOf(store)
    console.log(`${store}: ${missing ?? promise}`)
    if (!missing) stores.push(store)
  }
  const of = await runRounds(stores)
  const missed = judge(stores, [...levels].reverse(), of)
  if (missed > 0) process.exitCode = 1
} finally {
  await stopServers()
  await closeDatabases()
}
