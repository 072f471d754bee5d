// npm run bench -- refresh
//
// Refreshes over HTTP per second of the server's CPU time, ours on durable SQLite beside node-oidc-provider on its in-memory
// adapter, and the bare work itself: in one run, in turn, the server pinned to one core and the load to another, 64
// connections.
import { figures, median, reportRefusals } from '../harness/figures.mjs'
import { sayPinning, startServer } from '../harness/server.mjs'

const connections = 64
const rounds = Number(process.env.BENCH_ROUNDS ?? 3)
const seconds = Number(process.env.BENCH_SECONDS ?? 8)
const least = 3
const aim = 4

async function measure(which) {
  const server = await startServer(new URL(`${which}.mjs`, import.meta.url), { sessions: connections })
  await server.load(2)
  const result = await server.measure(seconds, connections)
  await server.stop()
  return { name: server.name, ...result }
}

sayPinning()
const measured = { sessionward: [], 'oidc-provider': [], floor: [] }
for (let round = 1; round <= rounds; round++) {
  for (const which of Object.keys(measured)) {
    const result = await measure(which)
    measured[which].push(result)
    console.log(`round ${round}  ${result.name.padEnd(40)} ${figures(result)}`)
  }
}
for (const [name, results] of Object.entries(measured)) reportRefusals(name, results)
const ratiosTo = (peer) =>
  measured.sessionward.map((ours, index) => ours.perCpuSecond / measured[peer][index].perCpuSecond)
const ratios = ratiosTo('oidc-provider')
const ratio = median(ratios)
console.log(
  `ratio per round: ${ratios.map((one) => one.toFixed(2)).join(', ')}; median ${ratio.toFixed(2)} (at least ${least}, aim ${aim})`,
)
console.log(`of the floor: ${Math.round(100 * median(ratiosTo('floor')))} %`)
if (ratio < least) process.exitCode = 1
