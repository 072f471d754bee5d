import { createPool } from 'mysql2'
import { expect, test } from 'vitest'
import {
  bcrypt,
  mongodbUsers,
  mysqlUsers,
  postgresUsers,
  sqliteUsers,
  type UserRecord,
  type UserSource,
  userDirectory,
} from '../../src/users/index.js'

const columns = { id: 'id', username: 'email', hash: 'hash' }
const url = 'mysql://shop@db.example/shop'

test.each([
  ['mysqlUsers', mysqlUsers, 'a pool from createPool of mysql2 or mysql2/promise'],
  ['postgresUsers', postgresUsers, 'a pool or client of pg'],
  ['sqliteUsers', sqliteUsers, 'a DatabaseSync of node:sqlite, or a database of better-sqlite3'],
  ['mongodbUsers', mongodbUsers, 'a collection of mongodb, such as db.collection'],
])('%s refuses the URL of a database, and says what it takes', (name, source, expected) => {
  const open = () => source(url as never, { columns })
  expect(open).toThrow(TypeError)
  expect(open).toThrow(`${name}: `)
  expect(open).toThrow(expected)
})

test('mysqlUsers takes a pool with callbacks too', async () => {
  const pool = createPool({ host: '127.0.0.1', port: 1 })
  const found = mysqlUsers(pool, { columns }).findById('1')
  // The port answers nobody: the statement was sent, and its error arrives as a rejection.
  await expect(found).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  pool.end()
})

test('bcrypt without a library says which function it needs', () => {
  const open = () => bcrypt(undefined as never)
  expect(open).toThrow('bcrypt.compare must be the function compare of a bcrypt library')
})

const cheap = { memory: 64, passes: 1 }

/** A table of one person, whose row has the column `status`. */
function onePerson(record: Partial<UserRecord> = {}): UserSource {
  const row = { id: '7', email: 'ann', status: 0 }
  const person = { id: '7', username: 'ann', hash: null, salt: '', disabled: false, row, ...record }
  const user: UserRecord = { version: undefined, changedAt: undefined, ...person }
  return {
    findByUsername: async () => [user],
    findById: async () => user,
    replaceHash: async () => false,
    hashLength: async () => undefined,
    async *all() {
      yield user
    },
  }
}

test.each([
  ['bcrypt', `$2y$10$${'a'.repeat(53)}`, 'bcrypt({ compare })'],
  ['MD5', '0'.repeat(32), 'md5()'],
  ['SHA-1', '0'.repeat(40), 'sha1()'],
  ['SHA-256', '0'.repeat(64), 'sha256()'],
  ['SHA-512', '0'.repeat(128), 'sha512()'],
  ['scrypt', '$scrypt$ln=15,r=8,p=1$aaaa$bbbb', 'scrypt()'],
  ['PBKDF2', 'pbkdf2_sha256$600000$aaaa$bbbb', 'pbkdf2()'],
])('a hash of %s that `hashes` does not list is named in the warning', async (_, hash, kind) => {
  const warnings: string[] = []
  const logger = { warn: (message: unknown) => void warnings.push(String(message)) }
  const directory = userDirectory(onePerson({ hash }), { passwords: cheap, logger })

  expect(await directory.authenticate({ tenant: '', username: 'ann', password: 'x' })).toBeNull()

  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toContain(`add ${kind} to \`hashes\``)
  expect(warnings[0]).not.toContain(hash)
})

test.each([
  [1, { user: { id: '7', email: 'ann', status: 1 } }],
  [0, null],
])('a person whose row has the status %s is signed in or not, as `disabled` says', async (status, expected) => {
  const source = onePerson({ row: { id: '7', email: 'ann', status } })
  const directory = userDirectory(source, { passwords: cheap, disabled: (row) => row.status !== 1 })
  expect(await directory.profile({ tenant: '', subject: '7' })).toEqual(expected)
})

test('a person whom `disabled` names cannot sign in with the right password', async () => {
  const hash = `$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$${'A'.repeat(43)}`
  const recognizing = { name: 'plain', recognizes: () => true, verify: () => true }
  const source = onePerson({ hash: hash.replace('$argon2id', '$plain'), row: { id: '7', status: 0 } })
  const signIn = (disabled?: () => boolean) =>
    userDirectory(source, { hashes: [recognizing], passwords: cheap, ...(disabled && { disabled }) }).authenticate({
      tenant: '',
      username: 'ann',
      password: 'right',
    })

  expect(await signIn(() => true)).toBeNull()
  // Without it, the same password opens the account.
  expect(await signIn(() => false)).toMatchObject({ subject: '7' })
})

test('an answer of `disabled` that is no boolean is an error, and nobody is signed in', async () => {
  const directory = userDirectory(onePerson(), { passwords: cheap, disabled: (row) => row.status as never })
  await expect(directory.profile({ tenant: '', subject: '7' })).rejects.toThrow(
    'users.disabled returned a number; it must be true or false',
  )
})

test('`disabled` must be a function', () => {
  expect(() => userDirectory(onePerson(), { disabled: true as never })).toThrow('users.disabled must be a function')
})
