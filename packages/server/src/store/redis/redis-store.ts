import { checkOptionNames } from '../../input/option-names.js'
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

/** Options of `redisStore`. An unknown name is refused. */
export interface RedisStoreOptions {
  /** A `Redis` or a `Cluster` from ioredis 5 or later. The caller configures and closes it. */
  readonly client: RedisClient
  /** Prefix of all keys: letters, digits and `_ - . :`. Default `sessionward`. */
  readonly prefix?: string
  /** Seconds that a call may take before it rejects with StoreUnavailableError. Default 5. */
  readonly timeout?: number
  /**
   * Whether Redis may evict sessions when its memory is full. If not, every call rejects with an Error unless
   * `maxmemory-policy` is `noeviction`. Default false.
   */
  readonly allowEviction?: boolean
  /**
   * `full`: every call rejects with an Error if Redis has neither an append-only file nor snapshots, and would lose everything
   * at a restart. `as-configured`: no check. Default `full`.
   */
  readonly durability?: 'full' | 'as-configured'
}

/**
 * A store in Redis 6.2 or later, or in Valkey, alone or as a cluster.
 *
 * It is as durable as Redis is configured to be. With `appendfsync always` no answered change is lost. With `everysec` a power
 * failure, and with replicas a failover, may lose the last second: sessions that were refreshed in it continue by the rule for
 * tokens that are ahead of the store, sign-ins in it must be repeated, and sign-outs in it may be undone. With snapshots alone
 * it is minutes.
 *
 * @param options The client, or options.
 * @throws TypeError that names the option.
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
  if (!isClient(client)) throw new TypeError('redisStore: client must be a Redis or a Cluster from ioredis 5 or later')
  checkOptionNames('redisStore', options, optionNames)
  if (typeof prefix !== 'string' || !/^[\w.:-]+$/.test(prefix)) {
    throw new TypeError('redisStore: prefix must be letters, digits and _ - . :')
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
