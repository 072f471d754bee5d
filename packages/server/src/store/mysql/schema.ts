import { randomBytes } from 'node:crypto'
import { createSchema } from '../driver/schema.js'
import { migrationTimeout } from '../driver/store-lifecycle.js'
import { type Migration, type Schema, StoreUnavailableError } from '../store.js'
import type { Database, Statements } from './database.js'
import { isAlreadyApplied, isMissingTable } from './errors.js'

/** Seconds to wait while another node migrates. */
const lockTimeout = 600

export function mysqlSchema(database: Database, migrations: readonly Migration[]): Schema {
  return createSchema<Statements>({
    database: 'the MySQL database',
    migrations,

    async readVersion(on = database) {
      try {
        const [row] = await on.read(sql.version)
        return Number(row?.[0] ?? 0)
      } catch (error) {
        if (isMissingTable(error)) return 0
        throw error
      }
    },

    withLock: (work) =>
      database.onOneConnection(migrationTimeout, async (on) => {
        const [answer] = await on.read(sql.lock, [lockTimeout])
        if (Number(answer?.[0]) !== 1) throw new StoreUnavailableError('another node is still migrating the database')
        try {
          return await work(on)
        } finally {
          await on.read(sql.unlock)
        }
      }),

    async apply(on, { version, statements }) {
      for (const statement of statements) {
        await on.write(statement).catch((error: unknown) => {
          if (!isAlreadyApplied(error)) throw error
        })
      }
      await on.write(sql.recordVersion, [version, randomBytes(16).toString('base64url'), version])
      return true
    },
  })
}

// A lock belongs to the whole server, and its name holds 64 characters at most.
const lockName = `CONCAT('sessionward ', LEFT(SHA2(DATABASE(), 256), 40))`

const sql = {
  version: 'SELECT version FROM sessionward_history WHERE id = 1',
  recordVersion: `
    INSERT INTO sessionward_history (id, version, epoch) VALUES (1, ?, ?)
    ON DUPLICATE KEY UPDATE version = ?`,
  lock: `SELECT GET_LOCK(${lockName}, ?)`,
  unlock: `SELECT RELEASE_LOCK(${lockName})`,
}
