import { checkVersion, schemaBehind } from '../schema-version.js'
import type { Migration, Schema } from '../store.js'

/** What differs from database to database when it is migrated. */
export interface SchemaDriver<Connection> {
  /** As messages name it, such as `the PostgreSQL database`. */
  readonly database: string
  /** The migrations that this version of the library knows, the oldest first. */
  readonly migrations: readonly Migration[]
  /** The version of the database; 0 where it has no tables yet. Changes nothing. */
  readVersion(connection?: Connection): Promise<number>
  /** Runs the work on one node at a time; the other nodes wait. */
  withLock<T>(work: (connection: Connection) => Promise<T>): Promise<T>
  /**
   * Runs a migration and records its version.
   *
   * @returns whether this call recorded it: false if the lock was lost and another node was faster.
   */
  apply(connection: Connection, migration: Migration): Promise<boolean>
}

export function createSchema<Connection>(driver: SchemaDriver<Connection>): Schema {
  const pending = async (connection?: Connection) =>
    pendingAfter(await driver.readVersion(connection), driver.database, driver.migrations)

  return {
    pending: () => pending(),

    async migrate() {
      if ((await pending()).length === 0) return []
      return driver.withLock(async (connection) => {
        // Another node may have migrated while this one waited for the lock.
        const run: Migration[] = []
        for (const migration of await pending(connection)) {
          if (await driver.apply(connection, migration)) run.push(migration)
        }
        return run
      })
    },
  }
}

/** @throws Error where the database is of a version that this library cannot work with. */
export function pendingAfter(
  version: number,
  database: string,
  migrations: readonly Migration[],
): readonly Migration[] {
  checkVersion(database, version, migrations.length)
  return migrations.slice(version)
}

/** Migrates at the first use, or checks that it is done. @throws Error if `migrate` is `manual` and migrations are pending. */
export async function prepareSchema(schema: Schema, migrate: 'automatic' | 'manual', database: string): Promise<void> {
  const pending = await schema.pending()
  if (pending.length === 0) return
  if (migrate === 'manual') throw schemaBehind(database, pending)
  await schema.migrate()
}
