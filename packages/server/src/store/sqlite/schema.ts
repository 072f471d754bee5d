import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { pendingAfter } from '../driver/schema.js'
import type { Migration } from '../store.js'
import { type Connection, connect } from './database.js'
import { migrations } from './migrations.js'

const database = 'the SQLite file'

/** The pending migrations. @throws Error if this library cannot work with the version of the file. */
export function pending(connection: Connection, known: readonly Migration[] = migrations): readonly Migration[] {
  return pendingAfter(versionOf(connection), database, known)
}

/**
 * The pending migrations of a file, all of them if it is missing. Changes nothing and creates nothing: SQLite itself would
 * leave its log beside the file.
 */
export function pendingIn(path: string): readonly Migration[] {
  if (path === ':memory:' || !existsSync(path)) return migrations
  return pendingAfter(hasLog(path) ? versionInLog(path) : versionInHeader(path), database, migrations)
}

/**
 * Migrates the file in one transaction: of processes that start at once, one does it.
 *
 * @returns the migrations that this call has run.
 * @throws Error if this library cannot work with the version of the file.
 */
export function migrate(connection: Connection, known: readonly Migration[] = migrations): readonly Migration[] {
  if (pending(connection, known).length === 0) return []
  connection.exec('BEGIN IMMEDIATE')
  try {
    // Another process may have migrated while this one waited for the lock.
    const run = pending(connection, known)
    for (const { version, statements } of run) {
      for (const statement of statements) connection.exec(statement)
      if (version === 1) {
        connection.run('INSERT INTO history (epoch) VALUES (?)', [randomBytes(16).toString('base64url')])
      }
    }
    if (run.length > 0) connection.exec(`PRAGMA user_version = ${known.length}`)
    connection.exec('COMMIT')
    return run
  } catch (error) {
    connection.exec('ROLLBACK')
    throw error
  }
}

/** Whether there are changes that are not in the file itself yet: a process has it open, or was killed. */
function hasLog(path: string): boolean {
  return (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0
}

function versionInLog(path: string): number {
  const connection = connect(resolve(path), undefined, { readOnly: true })
  try {
    return versionOf(connection)
  } finally {
    connection.close()
  }
}

/** sqlite.org/fileformat.html, 1.3: the user version is four bytes at 60. An empty file is an empty database. */
function versionInHeader(path: string): number {
  const header = Buffer.alloc(64)
  const file = openSync(path, 'r')
  try {
    const length = readSync(file, header)
    if (length === 0) return 0
    if (!header.toString('latin1').startsWith('SQLite format 3\0')) throw new Error(`${path} is not an SQLite file`)
    return header.readInt32BE(60)
  } finally {
    closeSync(file)
  }
}

function versionOf(connection: Connection): number {
  return connection.get('PRAGMA user_version', [])?.user_version as number
}
