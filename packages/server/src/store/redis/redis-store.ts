import { checkOptionNames } from '../../option-names.js'
import type { Store } from '../store.js'
import { redisAccounts } from './accounts.js'
import { isClient, type RedisClient } from './client.js'
import { Connection } from './connection.js'
import { redisCounters } from './counters.js'
import { redisEvents } from './events.js'
import { redisKeys } from './keys.js'
import { namesUnder } from './names.js'
import { redisOneTimeValues } from './one-time-values.js'
import { redisRelay } from './relay.js'
import { RevocationLog } from './revocation-log.js'
import { checkSafety } from './safety.js'
import { redisSessions } from './sessions.js'

export interface RedisStoreOptions {
  /** A `Redis` or a `Cluster` of ioredis 5 or later. It stays the caller's, to configure and to close. */
  readonly client: RedisClient
  /** What the names of all keys begin with: letters, digits and `_ - . :`. Default `sessionward`. */
  readonly prefix?: string
  /** Seconds that a call may take before it rejects with StoreUnavailableError. Default 5. */
  readonly timeout?: number
  /**
   * Whether Redis may throw away sessions when its memory is full. Otherwise every call rejects with an Error unless
   * `maxmemory-policy` is `noeviction`. Default false.
   */
  readonly allowEviction?: boolean
  /**
   * `full`: every call rejects with an Error where Redis would forget everything when it restarts, having neither an
   * append-only file nor snapshots. `as-configured`: the store takes it as it is. Default `full`.
   */
  readonly durability?: 'full' | 'as-configured'
}

/**
 * A store in Redis 6.2 or later, or in Valkey, alone or as a cluster.
 *
 * What it keeps is as durable as Redis is configured to be. With `appendfsync always` nothing that was answered is lost.
 * With `everysec` a power failure, and with replicas a failover, may lose the last second: whoever refreshed in that second
 * goes on by the rule for tokens that are ahead of the store, but who signed in must do so again, and a sign-out may be
 * undone. With snapshots alone it is minutes.
 *
 * @param options The client, or options.
 * @throws TypeError where an option is not what it must be.
 */
export function redisStore(options: RedisClient | RedisStoreOptions): Store {
  const { client, prefix, timeout, allowEviction, durability } = checked(options)
  const names = namesUnder(prefix)
  const connection = new Connection({
    client,
    timeout,
    admit: () => checkSafety(client, { allowEviction, durability }),
  })
  const log = new RevocationLog(connection, names)
  const part = { connection, names, log }
  const { relay, close } = redisRelay(client, connection, names.channel)
  return {
    sessions: redisSessions(part),
    accounts: redisAccounts(part),
    keys: redisKeys(part),
    counters: redisCounters(part),
    oneTimeValues: redisOneTimeValues(part),
    events: redisEvents(part),
    relay,
    now: () => connection.verb(() => log.now()),
    async close() {
      connection.close()
      close()
    },
  }
}

const optionNames: Record<keyof RedisStoreOptions, true> = {
  client: true,
  prefix: true,
  timeout: true,
  allowEviction: true,
  durability: true,
}

function checked(given: RedisClient | RedisStoreOptions): Required<RedisStoreOptions> {
  const options = isClient(given) ? { client: given } : given
  const { client, prefix = 'sessionward', timeout = 5, allowEviction = false, durability = 'full' } = options ?? {}
  if (!isClient(client)) throw new TypeError('redisStore: client must be a Redis or a Cluster of ioredis 5 or later')
  checkOptionNames('redisStore', options, optionNames)
  if (typeof prefix !== 'string' || !/^[\w.:-]+$/.test(prefix)) {
    throw new TypeError('redisStore: prefix must be of letters, digits and _ - . :')
  }
  if (!(typeof timeout === 'number' && timeout > 0 && timeout <= 3600)) {
    throw new TypeError('redisStore: timeout must be a number of seconds, up to 3600')
  }
  if (typeof allowEviction !== 'boolean') throw new TypeError('redisStore: allowEviction must be true or false')
  if (durability !== 'full' && durability !== 'as-configured') {
    throw new TypeError('redisStore: durability must be full or as-configured')
  }
  return { client, prefix, timeout, allowEviction, durability }
}
