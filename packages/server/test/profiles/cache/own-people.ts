import { MongoClient } from 'mongodb'
import { createPool } from 'mysql2/promise'
import type { Directory } from '../../../src/directory/directory.js'
import { mongodbUsers, mysqlUsers, userDirectory } from '../../../src/users/index.js'
import { freshDatabase, type serviceFor } from '../../harness/services.js'

/** People of an application, in its own database. */
export interface OwnPeople {
  readonly directory: Directory
  /** @returns the subject. */
  insert(): Promise<string>
  /** What the application writes to disable a person. Version 1. */
  disable(subject: string): Promise<void>
  close(): Promise<void>
}

interface Source {
  readonly service: Parameters<typeof serviceFor>[0]
  open(): Promise<OwnPeople>
}

const columns = { id: 'id', username: 'login', hash: 'pwd', disabled: 'locked', version: 'version' } as const
const username = () => `ann${Math.random().toString(36).slice(2)}`

export const sources: readonly Source[] = [
  {
    service: 'mariadb',
    async open() {
      const pool = createPool(await freshDatabase('mariadb'))
      await pool.query(
        'CREATE TABLE people (id INT AUTO_INCREMENT PRIMARY KEY, login VARCHAR(60), pwd VARCHAR(120), locked INT, version INT)',
      )
      return {
        directory: userDirectory(mysqlUsers(pool, { table: 'people', columns }), { scope: () => 'orders' }),
        async insert() {
          const sql = "INSERT INTO people (login, pwd, locked, version) VALUES (?, '', 0, 0)"
          const [{ insertId }] = await pool.execute<import('mysql2').ResultSetHeader>(sql, [username()])
          return String(insertId)
        },
        async disable(id) {
          await pool.execute('UPDATE people SET locked = 1, version = 1 WHERE id = ?', [id])
        },
        close: () => pool.end(),
      }
    },
  },
  {
    service: 'mongodb',
    async open() {
      const client = await MongoClient.connect(await freshDatabase('mongodb'))
      const people = client.db().collection<{ id: string }>('people')
      return {
        directory: userDirectory(mongodbUsers(people, { columns }), { scope: () => 'orders' }),
        async insert() {
          const id = username()
          await people.insertOne({ id, login: id, pwd: '', locked: false, version: 0 } as never)
          return id
        },
        async disable(id) {
          await people.updateOne({ id }, { $set: { locked: true, version: 1 } as never })
        },
        close: () => client.close(),
      }
    },
  },
]
