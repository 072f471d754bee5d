import type { UserSource } from '@sessionward/server/users'
import type { User, Users } from './users.js'

type Row = Readonly<Record<string, unknown>>

/** What the application writes, in SQL that MySQL and SQLite share. Every value is a parameter. */
export interface SqlDatabase {
  readonly title: string
  readonly source: UserSource
  query(sql: string, values: readonly string[]): Promise<readonly Row[]>
  run(sql: string, values: readonly string[]): Promise<unknown>
  isDuplicate(error: unknown): boolean
  close(): Promise<void>
}

/**
 * @param id The column of the primary key.
 * @param options Of the table. Default: none.
 */
export function createTable(id: string, options = ''): string {
  return `CREATE TABLE users (
    ${id},
    username VARCHAR(190) NOT NULL UNIQUE,
    name VARCHAR(100) NOT NULL,
    password_hash VARCHAR(200) NOT NULL,
    disabled_at DATETIME NULL
  ) ${options}`
}

const disable = 'UPDATE users SET disabled_at = CURRENT_TIMESTAMP WHERE id = ?'
const enable = 'UPDATE users SET disabled_at = NULL WHERE id = ?'

export function sqlUsers(database: SqlDatabase): Users {
  const { title, source, query, run, isDuplicate, close } = database
  return {
    title,
    source,
    close,
    async insert({ username, name, hash }) {
      try {
        await run('INSERT INTO users (username, name, password_hash) VALUES (?, ?, ?)', [username, name, hash])
        return 'inserted'
      } catch (error) {
        if (isDuplicate(error)) return 'taken'
        throw error
      }
    },
    async find(username) {
      const [row] = await query('SELECT * FROM users WHERE username = ?', [username])
      return row && userOf(row)
    },
    async setHash(id, hash) {
      await run('UPDATE users SET password_hash = ? WHERE id = ?', [hash, id])
    },
    async setDisabled(id, disabled) {
      await run(disabled ? disable : enable, [id])
    },
  }
}

function userOf({ id, username, name, password_hash, disabled_at }: Row): User {
  return {
    id: String(id),
    username: String(username),
    name: String(name),
    hash: String(password_hash),
    disabled: disabled_at !== null,
  }
}
