import { warnOfAdoptLegacy } from '../config/adopt-legacy.js'
import { warnOfLongTokens } from '../config/lifetimes.js'
import type { Config } from '../config.js'
import { describeError } from '../logger.js'
import { prepareOnce } from '../store/driver/prepare-once.js'
import { requireSchema } from '../store/schema-version.js'
import { type Store, StoreUnavailableError } from '../store/store.js'
import type { Keys } from './keys.js'
import type { Revocation } from './revocation.js'

interface Parts {
  readonly config: Config
  readonly store: Store
  readonly keys: Keys
  readonly revocation: Revocation
  readonly logError: (message: string) => void
}

/** Whether an auth server can serve requests. */
export interface Readiness {
  /** `AuthServer.ready`. From now on the caller handles a failure, and it is not logged. */
  ready(): Promise<void>
  /** Resolves like `ready`, for the readiness probe. */
  probe(): Promise<void>
  close(): void
}

/**
 * Loads immediately what requests need, so that wrong secrets and missing tables are reported at start-up. After a failure the next
 * call tries again.
 */
export function startUp({ config, store, keys, revocation, logError }: Parts): Readiness {
  const { legacy, lifetimes, logger } = config
  if (legacy) warnOfAdoptLegacy(legacy, Date.now(), logger)
  warnOfLongTokens(lifetimes.accessToken, logger)

  const { run } = prepareOnce(async () => {
    await store.now()
    await requireSchema(store)
    await keys.ring.current()
    await revocation.retention.record()
    await revocation.outbox.recover()
  })
  let isReported = true
  run().catch((error: unknown) => {
    if (!isReported) return
    if (error instanceof StoreUnavailableError) logger.warn(`the auth server is not ready yet: ${describeError(error)}`)
    else logError(`the auth server cannot serve requests: ${describeError(error)}`)
  })
  return {
    ready() {
      isReported = false
      return run()
    },
    async probe() {
      await store.now()
      await run()
    },
    close() {
      isReported = false
    },
  }
}
