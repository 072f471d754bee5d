// Servers under test as child processes, pinned to core 0; the importing script drives the load from core 1.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { load } from './load.mjs'

const pinned = spawnSync('taskset', ['-p', '-c', '1', String(process.pid)]).status === 0

export function sayPinning() {
  console.log(pinned ? 'server on core 0, load on core 1' : 'taskset is not here: the cores are not pinned')
}

/**
 * Starts the server that `module` exports as `start(options)`.
 *
 * BENCH_PROFILES=folder writes a CPU profile of each there.
 */
export async function startServer(module, options) {
  const profiles = process.env.BENCH_PROFILES
  const command = [
    process.execPath,
    ...(profiles
      ? ['--cpu-prof', `--cpu-prof-dir=${profiles}`, `--cpu-prof-name=${profileName(module, options)}`]
      : []),
    new URL('serve.mjs', import.meta.url).pathname,
    String(module),
    JSON.stringify(options),
  ]
  const [file, ...args] = pinned ? ['taskset', '-c', '0', ...command] : command
  const child = spawn(file, args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, NODE_ENV: 'production' },
  })
  const exit = once(child, 'exit')
  running.add(stop)
  const ended = exit.then(([code, signal]) => {
    throw new Error(`the server under test ended by itself: ${signal ?? code}`)
  })
  ended.catch(() => {})
  const message = async () => (await Promise.race([once(child, 'message'), ended]))[0]
  const server = await message()

  async function stop() {
    running.delete(stop)
    if (child.connected) child.disconnect()
    await exit
  }

  async function usage() {
    child.send('usage')
    return message()
  }

  return {
    name: server.name,
    /** Whatever else the module said. */
    facts: server,
    load: (seconds, connections) => load(server, seconds, connections),
    /** CPU seconds and resident memory of its process. */
    usage,

    /** @param take how many of its sessions are refreshed. Default: one for each connection. */
    async measure(seconds, connections, take = connections) {
      const tokens = server.tokens.slice(0, take)
      const before = await usage()
      const result = await load({ ...server, tokens }, seconds, connections)
      const after = await usage()
      server.tokens.splice(0, take, ...tokens)
      const cpuSeconds = after.cpuSeconds - before.cpuSeconds
      return {
        ...result,
        perCpuSecond: result.requests / cpuSeconds,
        perSecond: result.requests / seconds,
        rss: after.rss,
      }
    },

    stop,
  }
}

/** Stops every server that still runs. */
export const stopServers = () => Promise.all([...running].map((stop) => stop()))

const running = new Set()
let profiled = 0

function profileName(module, { store = '' }) {
  return `${++profiled}-${new URL(module).pathname.split('/').slice(-2).join('-')}-${store}.cpuprofile`
}
