import { createPool, type Pool, type PoolOptions } from 'mysql2/promise'
import { afterAll, beforeEach, onTestFinished } from 'vitest'
import type { Own } from '../../../../../scripts/services/service.mjs'
import { startOwnService } from '../../../../../scripts/services/start.mjs'
import { type MysqlStoreOptions, mysqlStore } from '../../../src/store/mysql/index.js'
import type { Store } from '../../../src/store/store.js'
import { chosen, freshDatabase, serviceFor } from '../../harness/services.js'

type Product = 'mariadb' | 'mysql'

/** What of the two this run is on. */
export const products: readonly Product[] = (['mariadb', 'mysql'] as const).filter(chosen)

/**
 * Skips the tests around it, and says why, where there is no such server.
 *
 * @returns whether there is one, for `beforeAll`, which runs where tests are skipped too
 */
export async function need(product: Product): Promise<boolean> {
  const { missing } = await serviceFor(product)
  beforeEach(({ skip }) => skip(missing !== undefined, missing))
  return missing === undefined
}

export interface TestDatabase {
  readonly uri: string
  /** Ends with the test. */
  pool(options?: PoolOptions): Pool
  /** On a pool of its own. The servers of the tests do not wait for their disk, which the store is told. */
  store(options?: Partial<MysqlStoreOptions>): Store
}

/** An empty database on the shared server. */
export async function newDatabase(product: Product): Promise<TestDatabase> {
  return databaseAt(await freshDatabase(product))
}

/** A server that a test file may stop and kill, and an empty database on it. Ended with the file. */
export async function ownServer(
  product: Product,
  args: readonly string[] = [],
): Promise<TestDatabase & { readonly own: Own }> {
  const started = await startOwnService(product, { args })
  if ('missing' in started) throw new Error(started.missing)
  afterAll(() => started.stop())
  return { ...databaseAt(await started.createDatabase('sessionward')), own: started.own }
}

function databaseAt(uri: string): TestDatabase {
  const pool = (options: PoolOptions = {}) => {
    const opened = createPool({ uri, ...options })
    onTestFinished(() => opened.end())
    return opened
  }
  return {
    uri,
    pool,
    store: (options) => mysqlStore({ pool: pool(), durability: 'as-configured', ...options }),
  }
}
