import { type RevocationEntry, readRevocationEntries } from '@sessionward/protocol'
import type { Relay, RelayListener } from '../store.js'
import { mastersOf, type RedisClient, type RedisSubscriber } from './client.js'
import type { Connection } from './connection.js'

/** Milliseconds between attempts to listen again. */
const pause = { first: 50, longest: 2000 } as const

/**
 * Publish and subscribe. On a cluster every node passes on what one is told, so that listening to any of them will do.
 *
 * A channel belongs to all databases of a Redis and to all auth servers that have it for a cache, so each message says whose
 * it is.
 */
export function redisRelay(client: RedisClient, connection: Connection, channel: string) {
  const ears = new Set<() => void>()
  let closed = false

  const relay: Relay = {
    async announce(entries, epoch) {
      // What is lost the other nodes find when they look for themselves.
      await connection.verb(() => client.call('publish', channel, JSON.stringify({ epoch, entries }))).catch(() => {})
    },

    listen(listener) {
      if (closed) return () => {}
      const stopListening = keepListening(client, channel, listener)
      const stop = () => {
        ears.delete(stop)
        stopListening()
      }
      ears.add(stop)
      return stop
    },
  }

  function close(): void {
    closed = true
    for (const stop of ears) stop()
  }

  return { relay, close }
}

/** Listens on a connection of its own, on a new one whenever that has ended. */
function keepListening(client: RedisClient, channel: string, listener: RelayListener): () => void {
  let subscriber: RedisSubscriber | undefined
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  let failures = 0
  let live = false

  function tell(arriving: boolean): void {
    if (stopped || live === arriving) return
    live = arriving
    listener.live(arriving)
  }

  function begin(): void {
    const connection = connectionFor(client)
    if (!connection) {
      again()
      return
    }
    subscriber = connection
    connection.on('error', () => {})
    connection.on('message', (_, message) => {
      const { epoch, entries } = read(message)
      if (!stopped && typeof epoch === 'string' && entries.length > 0) listener.receive(entries, epoch)
    })
    connection.on('end', () => {
      if (subscriber !== connection) return
      tell(false)
      again()
    })
    connection
      .connect()
      .then(() => connection.subscribe(channel))
      .then(() => {
        failures = 0
        tell(true)
      })
      .catch(() => connection.disconnect())
  }

  function again(): void {
    subscriber = undefined
    if (stopped) return
    timer = setTimeout(begin, Math.min(pause.longest, pause.first * 2 ** failures++)).unref()
  }

  begin()
  return () => {
    stopped = true
    clearTimeout(timer)
    subscriber?.disconnect()
  }
}

/** Whoever else publishes there must not end this process. */
function read(message: string): { readonly epoch?: unknown; readonly entries: readonly RevocationEntry[] } {
  try {
    const { epoch, entries } = JSON.parse(message)
    return { epoch, entries: readRevocationEntries(entries) }
  } catch {
    return { entries: [] }
  }
}

/** One that does not come back by itself: the node that it went to may be gone. */
function connectionFor(client: RedisClient): RedisSubscriber | undefined {
  const nodes = mastersOf(client)
  const node = nodes[Math.floor(Math.random() * nodes.length)]
  return node && (node.duplicate(...([overrides] as never[])) as RedisSubscriber)
}

const overrides = { lazyConnect: true, retryStrategy: null, enableAutoPipelining: false }
