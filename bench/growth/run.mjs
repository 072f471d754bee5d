// npm run bench -- growth
//
// Whether a refresh takes longer when the store is full: at 10 thousand, 1 million and 10 million sessions, on SQLite and
// PostgreSQL as they come (PostgreSQL with 128 MB of shared buffers), waiting for the disk at each commit. 2048 sessions that
// lie among the others are refreshed in random order. The three stores of a kind stand beside one another and are measured in
// turn, once the disk has come to rest from filling them; each line says how long it takes to keep a page. 10 million sessions
// need 20 GB of disk and a quarter of an hour.
//
// BENCH_STORES=sqlite,postgres BENCH_SIZES=10000,1000000 BENCH_ROUNDS BENCH_SECONDS
import { statfsSync } from 'node:fs'
import { calmDisk, syncTime } from '../harness/disk.mjs'
import { figures, median } from '../harness/figures.mjs'
import { scratchFolder } from '../harness/scratch.mjs'
import { sayPinning, startServer, stopServers } from '../harness/server.mjs'
import { closeDatabases, openDatabase, promiseOf } from '../stores/databases.mjs'

const levels = [1, 16]
const sessions = 2048
const rounds = Number(process.env.BENCH_ROUNDS ?? 7)
const seconds = Number(process.env.BENCH_SECONDS ?? 3)
const sizes = (process.env.BENCH_SIZES ?? '10000,1000000,10000000').split(',').map(Number)
const stores = (process.env.BENCH_STORES ?? 'sqlite,postgres').split(',')
const disk = scratchFolder()
/** How much slower still counts as flat. */
const flat = 1.3
/** On the disk, with indexes, the log of the database and room to spare. */
const bytesPerSession = 2000
const longestRest = 600_000

/** Starts and fills a server for each size, those of which the disk has room for. */
async function startSizes(store) {
  const servers = new Map()
  for (const size of sizes) {
    const { bavail, bsize } = statfsSync(disk)
    if (bavail * bsize < size * bytesPerSession) {
      console.log(`${store}, ${size} sessions: not measured, the disk has ${gigabytes(bavail * bsize)} left`)
      continue
    }
    const { place } = await openDatabase(store)
    const server = await startServer(new URL('sessionward.mjs', import.meta.url), { ...place, store, size, sessions })
    const { bytes, seconds } = server.facts
    console.log(`${store}, ${size} sessions: ${gigabytes(bytes)}, filled in ${Math.round(seconds)} s`)
    await server.load(2, Math.max(...levels))
    servers.set(size, server)
  }
  return servers
}

async function measureStore(store) {
  const calm = syncTime(disk)
  const servers = await startSizes(store)
  const rested = await calmDisk(disk, calm, longestRest)
  console.log(
    `the disk keeps a page in ${calm.toFixed(2)} ms before filling, and in ${rested.toFixed(2)} ms after a rest`,
  )
  const results = levels.flatMap((connections) => [...servers.keys()].map((size) => ({ size, connections, all: [] })))
  for (let round = 1; round <= rounds; round++) {
    for (const { size, connections, all } of results) {
      const kept = syncTime(disk)
      const result = await servers.get(size).measure(seconds, connections, sessions)
      all.push(result)
      console.log(
        `round ${round}  ${store.padEnd(8)} ${String(size).padStart(8)} sessions  ${String(connections).padStart(2)} connections  ${figures(result)}  a page ${kept.toFixed(2)} ms`,
      )
    }
  }
  for (const server of servers.values()) await server.stop()
  const all = (size, connections, figure) => {
    const one = results.find((one) => one.size === size && one.connections === connections)
    return one.all.map((result) => result[figure])
  }
  return { measured: [...servers.keys()], all }
}

/** @returns how many figures are not flat */
function judge(store, { measured, all }) {
  let missed = 0
  const [least, ...larger] = measured
  for (const connections of levels) {
    for (const size of larger) {
      /** Of the same round, because the machine may be another in the next. */
      const times = (figure) => {
        const base = all(least, connections, figure)
        return median(all(size, connections, figure).map((value, round) => value / base[round]))
      }
      const slower = { p50: times('p50'), p99: times('p99'), CPU: 1 / times('perCpuSecond') }
      const isFlat = Math.max(...Object.values(slower)) <= flat
      if (!isFlat) missed++
      const ratios = Object.entries(slower).map(([figure, ratio]) => `${figure} ${ratio.toFixed(2)}`)
      console.log(
        `${store.padEnd(8)} ${String(connections).padStart(2)} connections: ${size} sessions take ${ratios.join(', ')} times what ` +
          `${least} take (flat is at most ${flat}: ${isFlat ? 'met' : 'MISSED'})`,
      )
    }
  }
  return missed
}

const gigabytes = (bytes) => `${(bytes / 1e9).toFixed(2)} GB`

try {
  sayPinning()
  let missed = 0
  for (const store of stores) {
    const { missing, promise } = await promiseOf(store)
    console.log(`${store}: ${missing ?? promise}`)
    if (!missing) missed += judge(store, await measureStore(store))
  }
  console.log(missed === 0 ? 'all are flat' : `${missed} are NOT flat`)
  if (missed > 0) process.exitCode = 1
} finally {
  await stopServers()
  await closeDatabases()
}
