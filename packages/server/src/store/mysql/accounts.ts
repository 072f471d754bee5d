import { createBatch } from '../driver/batch.js'
import { deadlinePassed, subjectExists } from '../driver/outcomes.js'
import type { Account, AccountStore, Owner } from '../store.js'
import type { Database, Row, Value } from './database.js'
import { clock, givenKey, integer, keyColumn, oneRow, readingClock, tableOf } from './sql.js'
import { keyOf, keyOfOwner, readJson, readText } from './text.js'

export function mysqlAccounts(database: Database): AccountStore {
  const findByKey = createBatch<string, Account | null>({
    async run(keys) {
      const found = new Array<Account | null>(keys.length).fill(null)
      const rows = await database.readOnPrimary(sql.find, [JSON.stringify(keys)])
      for (const [, position, ...row] of rows) found[Number(position) - 1] = accountOf(row)
      return found
    },
  })

  const find = (owner: Owner) => findByKey(keyOfOwner(owner))

  return {
    find,

    async create(account) {
      if (await database.insert(sql.create, valuesOf(account))) return 'created'
      // The error names the key that exists in the language of the server.
      if (await find(account)) throw subjectExists()
      return 'taken'
    },

    async findByUsername(tenant, usernameKey) {
      const [[, ...row] = []] = await database.readOnPrimary(sql.findByUsername, [keyOfUsername(tenant, usernameKey)])
      return accountOf(row)
    },

    async changePassword(owner, expected, next) {
      const { count } = await database.write(sql.changePassword, [next, keyOfOwner(owner), expected])
      return count === 1 ? 'changed' : 'lost'
    },

    async update(owner, expectedVersion, { scope, profile, disabled }, notAfter = Number.MAX_SAFE_INTEGER) {
      const change = [
        scope ?? null,
        profile === undefined ? null : JSON.stringify(profile),
        disabled === undefined ? null : Number(disabled),
      ]
      const { count } = await database.write(sql.update, [...change, keyOfOwner(owner), expectedVersion, notAfter])
      if (count === 1) return 'updated'
      const [[now] = []] = await database.read(`SELECT ${clock}`)
      if (Number(now) > notAfter) throw deadlinePassed('MySQL')
      return 'lost'
    },

    async hasScope(value) {
      if (value === '' || value.includes(' ')) return false
      const [[, has] = []] = await database.readOnPrimary(sql.hasScope, [` ${value} `])
      return Number(has) === 1
    },
  }
}

/** What never changes in an account. */
type AccountOrigin = Pick<Account, 'tenant' | 'subject' | 'username' | 'usernameKey' | 'createdAt'>

function valuesOf(account: Account): Value[] {
  const { tenant, subject, username, usernameKey, createdAt, passwordHash, scope, profile, disabled, version } = account
  const origin: AccountOrigin = { tenant, subject, username, usernameKey, createdAt }
  return [
    ...[keyOfOwner(account), keyOfUsername(tenant, usernameKey), passwordHash, scope],
    ...[JSON.stringify(profile), Number(disabled), version, JSON.stringify(origin)],
  ]
}

function keyOfUsername(tenant: string, usernameKey: string): string {
  return keyOf(`${tenant.length}:${tenant}${usernameKey}`)
}

/** @returns null if an outer join has found none. */
function accountOf([passwordHash, scope, profile, disabled, version, origin]: Row): Account | null {
  if (passwordHash === null) return null
  return Object.assign(readJson<AccountOrigin>(origin), {
    passwordHash: readText(passwordHash),
    scope: readText(scope),
    profile: readJson<Account['profile']>(profile),
    disabled: Number(disabled) !== 0,
    version: Number(version),
  })
}

const columns = 'a.password_hash, a.scope, a.profile, a.disabled, a.version, a.origin'

const sql = {
  create: `
    INSERT INTO sessionward_accounts (owner, username, password_hash, scope, profile, disabled, version, writes, origin)
    VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?)`,
  find: `
    SELECT ${readingClock}, given.position, ${columns}
    FROM ${tableOf(`position FOR ORDINALITY, ${keyColumn('$')}`)}
    LEFT JOIN sessionward_accounts AS a ON a.owner = ${givenKey}`,
  findByUsername: `
    SELECT ${readingClock}, ${columns} FROM ${oneRow}
    LEFT JOIN sessionward_accounts AS a ON a.username = ?`,
  // Counts its writes, so that a change to the same hash is a change of the row.
  changePassword: `
    UPDATE sessionward_accounts SET password_hash = ?, writes = writes + 1 WHERE owner = ? AND password_hash = ?`,
  // The condition is evaluated once the row is locked, and SYSDATE proceeds meanwhile. It is in the time zone of the session,
  // and goes back when summer time ends in between.
  update: `
    UPDATE sessionward_accounts
    SET scope = COALESCE(?, scope), profile = COALESCE(?, profile), disabled = COALESCE(${integer}, disabled),
      version = version + 1
    WHERE owner = ? AND version = ${integer}
      AND TIMESTAMPDIFF(MICROSECOND, NOW(6), SYSDATE(6)) DIV 1000 BETWEEN -60000 AND ${integer} - ${clock}`,
  // It reads every account, and runs when a server starts: is there an administrator yet?
  hasScope: `
    SELECT ${readingClock}, EXISTS (SELECT 1 FROM sessionward_accounts WHERE LOCATE(?, CONCAT(' ', scope, ' ')) > 0)`,
}
