import { type RevocationEntry, readRevocationEntries } from '@sessionward/protocol'
import type { Relay, RelayListener } from '../store.js'
import { mastersOf, type RedisClient, type RedisSubscriber } from './client.js'
import type { Connection } from './connection.js'

/** Milliseconds between attempts to listen again. */
const pause = { first: 50, longest: 2000 } as const

/** Milliseconds between two questions whether announcements still arrive. A server that hangs ends no connection. */
const pulse = 250

/**
 * Publish and subscribe. In a cluster every node forwards messages to all others, so that subscribing to any of them suffices.
 *
 * All databases of a Redis, and all auth servers that use it as a cache, share the channel, so each message names its epoch.
 */
export function redisRelay(client: RedisClient, connection: Connection, channel: string) {
  const subscriptions = new Set<() => void>()
  let closed = false

  const relay: Relay = {
    async announce(entries, epoch) {
      // The other nodes find what is lost when they poll.
      await connection.verb(() => client.call('publish', channel, JSON.stringify({ epoch, entries }))).catch(() => {})
    },

    listen(listener) {
      if (closed) return () => {}
      const stopListening = keepListening(client, channel, listener)
      const stop = () => {
        subscriptions.delete(stop)
        stopListening()
      }
      subscriptions.add(stop)
      return stop
    },
  }

  function close(): void {
    closed = true
    for (const stop of subscriptions) stop()
  }

  return { relay, close }
}

/** Listens on a connection of its own, and on a new one whenever that ends. */
function keepListening(client: RedisClient, channel: string, listener: RelayListener): () => void {
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
      setLive(false)
      again()
    })
    connection
      .connect()
      .then(() => connection.subscribe(channel))
      .then(() => {
        failures = 0
        setLive(true)
        watch(connection)
      })
      .catch(() => connection.disconnect())
  }

  /** Not live as soon as one question is not answered when the next is due; live again when it is. */
  function watch(connection: RedisSubscriber): void {
    let answered = true
    const timer = setInterval(() => {
      if (!answered) return setLive(false)
      answered = false
      connection.ping().then(
        () => {
          answered = true
          setLive(true)
        },
        () => {},
      )
    }, pulse).unref()
    connection.on('end', () => clearInterval(timer))
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

/** Others can publish on the channel too: what cannot be read must not end this process. */
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
