import { type RevocationEntry, readRevocationEntries } from '@sessionward/protocol'
import { withTimeout } from '../driver/with-timeout.js'
import type { Relay, RelayListener } from '../store.js'
import { mastersOf, type RedisClient, type RedisSubscriber } from './client.js'

/** Milliseconds between attempts to listen again. */
const pause = { first: 50, longest: 2000 } as const

/** Milliseconds between two probes of a connection. A server that hangs ends no connection. */
const probeInterval = 250

/**
 * Publish and subscribe. In a cluster every node forwards messages to all others, so that subscribing to any of them suffices.
 *
 * All databases of a Redis, and all auth servers that use it as a cache, share the channel, so each message names its epoch.
 *
 * @param timeout Seconds that an announcement may take.
 */
export function redisRelay(client: RedisClient, timeout: number, channel: string): { relay: Relay; close(): void } {
  const subscriptions = new Set<() => void>()
  let closed = false

  return {
    relay: {
      async announce(entries, epoch) {
        if (closed) return
        try {
          await withTimeout(timeout, 'Redis', client.call('publish', channel, JSON.stringify({ epoch, entries })))
        } catch {
          // The other nodes find what is lost when they poll.
        }
      },

      listen(listener) {
        if (closed) return () => {}
        const stop = subscribe(client, channel, listener)
        subscriptions.add(stop)
        return () => {
          subscriptions.delete(stop)
          stop()
        }
      },
    },

    close() {
      closed = true
      for (const stop of subscriptions) stop()
    },
  }
}

/** Listens on a connection of its own, and on a new one whenever that ends. */
function subscribe(client: RedisClient, channel: string, listener: RelayListener): () => void {
  let subscriber: RedisSubscriber | undefined
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  let failures = 0
  let live = false

  function setLive(arriving: boolean): void {
    if (stopped || live === arriving) return
    live = arriving
    listener.live(arriving)
  }

  function open(): void {
    const connection = connectionFor(client)
    if (!connection) {
      retry()
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
      setLive(false)
      retry()
    })
    connection
      .connect()
      .then(() => connection.subscribe(channel))
      .then(() => {
        failures = 0
        setLive(true)
        probe(connection)
      })
      .catch(() => connection.disconnect())
  }

  /** Not live if a probe is not answered when the next is due; live again as soon as one is. */
  function probe(connection: RedisSubscriber): void {
    let answered = true
    const probing = setInterval(() => {
      if (!answered) return setLive(false)
      answered = false
      connection.ping().then(
        () => {
          answered = true
          setLive(true)
        },
        () => {},
      )
    }, probeInterval).unref()
    connection.on('end', () => clearInterval(probing))
  }

  function retry(): void {
    subscriber = undefined
    if (stopped) return
    timer = setTimeout(open, Math.min(pause.longest, pause.first * 2 ** failures++)).unref()
  }

  open()
  return () => {
    stopped = true
    clearTimeout(timer)
    subscriber?.disconnect()
  }
}

/** Anybody who can reach the server can publish: a message that cannot be read must not end this process. */
function read(message: string): { readonly epoch?: unknown; readonly entries: readonly RevocationEntry[] } {
  try {
    const { epoch, entries } = JSON.parse(message)
    return { epoch, entries: readRevocationEntries(entries) }
  } catch {
    return { entries: [] }
  }
}

/** A connection that does not reconnect by itself, because its node may no longer exist. */
function connectionFor(client: RedisClient): RedisSubscriber | undefined {
  const nodes = mastersOf(client)
  const node = nodes[Math.floor(Math.random() * nodes.length)]
  return node && (node.duplicate(...([overrides] as never[])) as RedisSubscriber)
}

const overrides = { lazyConnect: true, retryStrategy: null, enableAutoPipelining: false }
