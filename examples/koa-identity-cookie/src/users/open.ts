import { startDatabase } from '../services.js'
import { openMongodbUsers } from './mongodb.js'
import { openMysqlUsers } from './mysql.js'
import { openSqliteUsers } from './sqlite.js'
import type { Users } from './users.js'

export type DatabaseKind = (typeof databaseKinds)[number]

export const databaseKinds = ['mysql', 'mongodb', 'sqlite'] as const

export interface OpenedUsers {
  readonly users: Users
  /** Why they are not in the requested database. */
  readonly note: string | undefined
  /** After `users.close`. */
  close(): Promise<void>
}

/** The switch: where users are. What follows knows only `Users`. */
export async function openUsers(kind: DatabaseKind): Promise<OpenedUsers> {
  const server = kind === 'sqlite' ? undefined : await startDatabase(kind)
  if (!server) {
    const [name, variable] = kind === 'mysql' ? ['MySQL or MariaDB', 'MYSQL_URL'] : ['MongoDB', 'MONGODB_URL']
    const note =
      kind === 'sqlite'
        ? undefined
        : `No ${name} was found here (${variable} names one that runs), so the users are in SQLite.`
    return { users: await openSqliteUsers(), note, close: async () => {} }
  }
  const open = kind === 'mysql' ? openMysqlUsers : openMongodbUsers
  return { users: await open(server.url, server.title), note: undefined, close: () => server.stop() }
}
