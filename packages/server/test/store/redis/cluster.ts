import { setTimeout as sleep } from 'node:timers/promises'
import { Cluster, Redis } from 'ioredis'
import { freePort } from '../../../../../scripts/services/server-process.mjs'
import { ownRedis } from '../../harness/own-redis.js'

const slots = 16_384

/** A cluster of so many servers, each with its share of the slots and no replica; or why there is none. Ended with the file. */
export async function startCluster(size: number) {
  const started = await Promise.all(Array.from({ length: size }, startNode))
  const nodes = started.filter((node) => node.missing === undefined)
  const missing = started.find((node) => node.missing !== undefined)?.missing
  if (missing !== undefined) return { missing, nodes, connect }

  const admins = nodes.map((node) => new Redis(node.url))
  try {
    await join(
      admins,
      nodes.map((node) => node.busPort),
    )
  } finally {
    for (const admin of admins) admin.disconnect()
  }
  return { missing, nodes, connect }

  function connect(): Cluster {
    return new Cluster(nodes.map(({ url }) => ({ host: '127.0.0.1', port: Number(new URL(url).port) })))
  }
}

async function startNode() {
  // Its default, 10,000 above the other port, may be above the last that there is.
  const busPort = await freePort()
  const clustered = ['--cluster-enabled', 'yes', '--cluster-port', `${busPort}`, '--cluster-node-timeout', '2000']
  const node = await ownRedis([...clustered, '--appendonly', 'yes'])
  return node.missing === undefined ? { ...node, busPort } : node
}

async function join(admins: readonly Redis[], busPorts: readonly number[]): Promise<void> {
  const share = Math.ceil(slots / admins.length)
  for (const [index, admin] of admins.entries()) {
    await admin.call('cluster', 'set-config-epoch', index + 1)
    await admin.call('cluster', 'addslotsrange', index * share, Math.min((index + 1) * share, slots) - 1)
    const port = admins[index]!.options.port!
    await admins[0]!.call('cluster', 'meet', '127.0.0.1', port, busPorts[index]!)
  }
  for (const admin of admins) await whenWhole(admin, admins.length)
}

async function whenWhole(admin: Redis, size: number): Promise<void> {
  for (;;) {
    const info = String(await admin.call('cluster', 'info'))
    if (info.includes('cluster_state:ok') && info.includes(`cluster_size:${size}`)) return
    await sleep(20)
  }
}
