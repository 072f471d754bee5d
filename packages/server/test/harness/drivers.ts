import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sqliteStore } from '../../src/store/sqlite/index.js'
import { type Driver, memoryDriver } from './stores.js'

const sqliteDriver: Driver = {
  name: 'sqlite',
  open(now) {
    const folder = mkdtempSync(join(tmpdir(), 'sessionward-'))
    const store = sqliteStore({ path: join(folder, 'auth.db'), now })
    return {
      store,
      async dispose() {
        await store.close()
        rmSync(folder, { recursive: true, force: true })
      },
    }
  },
}

/** Every driver of this package. */
export const drivers: readonly Driver[] = [memoryDriver, sqliteDriver]
