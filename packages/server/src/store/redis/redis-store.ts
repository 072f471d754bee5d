import { createDriverStore } from '../driver/store-lifecycle.js'
import { flag, readOptions, required, shared } from '../driver/store-options.js'
import type { Store } from '../store.js'
import { redisAccounts } from './accounts.js'
import { isClient, type RedisClient } from './client.js'
import { redisCounters } from './counters.js'
import { createDatabase } from './database.js'
import { redisEvents } from './events.js'
import { redisKeys } from './keys.js'
import { namesUnder } from './names.js'
import { redisOneTimeValues } from './one-time-values.js'
import { redisRelay } from './relay.js'
import { checkServer } from './requirements.js'
import { script } from './script.js'
import { redisSessions } from './sessions/sessions.js'

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
  const settings = readOptions('redisStore', isClient(options) ? { client: options } : options, rules)
  const { client, prefix, timeout } = settings
  const { run, batched, preparation, close } = createDatabase(client, () => checkServer(client, settings))
  const names = namesUnder(prefix)
  const now = async () => Number(await run(readClock, [names.revocations.epoch]))
  const context = { run, batched, names, now }
  const { relay, close: closeRelay } = redisRelay(client, timeout, names.channel)
  return createDriverStore({
    database: 'Redis',
    timeout,
    preparation,
    sessions: redisSessions(context),
    accounts: redisAccounts(context),
    keys: redisKeys(context),
    counters: redisCounters(context),
    oneTimeValues: redisOneTimeValues(context),
    events: redisEvents(context),
    relay,
    now,
    close() {
      close()
      closeRelay()
    },
  })
}

const rules = {
  client: required<RedisClient>(isClient, 'a Redis or a Cluster from ioredis 5 or later'),
  prefix: {
    accepts: (value: unknown) => typeof value === 'string' && /^[\w.:-]+$/.test(value),
    expected: 'letters, digits and _ - . :',
    fallback: 'sessionward',
  },
  timeout: shared.timeout,
  allowEviction: flag(false),
  durability: shared.durability,
} satisfies Record<keyof RedisStoreOptions, unknown>

const readClock = script('return decimal(now())')
