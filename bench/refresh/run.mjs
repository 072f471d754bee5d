// npm run bench -- refresh
//
// Refreshes over HTTP per second of the server's CPU time, ours on durable SQLite beside node-oidc-provider on its in-memory
// adapter, and the bare work itself: in one run, in turn, the server pinned to one core and the load to another, 64
// connections.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { load } from './load.mjs'

const connections = 64
const rounds = Number(process.env.BENCH_ROUNDS ?? 3)
const seconds = Number(process.env.BENCH_SECONDS ?? 8)
const least = 3
const aim = 4

const pinned = spawnSync('taskset', ['-p', '-c', '1', String(process.pid)]).status === 0
console.log(pinned ? 'server on core 0, load on core 1' : 'taskset is not here: the cores are not pinned')

async function measure(which) {
  const command = [process.execPath, new URL('serve.mjs', import.meta.url).pathname, which, String(connections)]
  const [file, ...args] = pinned ? ['taskset', '-c', '0', ...command] : command
  const child = spawn(file, args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, NODE_ENV: 'production' },
  })
  const [server] = await once(child, 'message')
  const usage = async () => {
    child.send('usage')
    return (await once(child, 'message'))[0]
  }
  await load(server, 2)
  const before = await usage()
  const result = await load(server, seconds)
  const after = await usage()
  child.disconnect()
  await once(child, 'exit')
  const cpuSeconds = after.cpuSeconds - before.cpuSeconds
  return { name: server.name, ...result, perCpuSecond: result.requests / cpuSeconds, rss: after.rss }
}

const median = (values) => [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)]
const measured = { sessionward: [], 'oidc-provider': [], floor: [] }
for (let round = 1; round <= rounds; round++) {
  for (const which of Object.keys(measured)) {
    const result = await measure(which)
    measured[which].push(result)
    console.log(
      `round ${round}  ${result.name.padEnd(40)} ${Math.round(result.perCpuSecond).toString().padStart(6)} per CPU second  ` +
        `${Math.round(result.requests / seconds)
          .toString()
          .padStart(6)} per second  ` +
        `p50 ${result.p50.toFixed(1)} ms  p99 ${result.p99.toFixed(1)} ms  ${Math.round(result.rss / 2 ** 20)} MiB`,
    )
  }
}
const ratiosTo = (peer) =>
  measured.sessionward.map((ours, index) => ours.perCpuSecond / measured[peer][index].perCpuSecond)
const ratios = ratiosTo('oidc-provider')
const ratio = median(ratios)
console.log(
  `ratio per round: ${ratios.map((one) => one.toFixed(2)).join(', ')}; median ${ratio.toFixed(2)} (at least ${least}, aim ${aim})`,
)
console.log(`of the floor: ${Math.round(100 * median(ratiosTo('floor')))} %`)
if (ratio < least) process.exitCode = 1
