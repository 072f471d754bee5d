import { type Account, type AccountStore, type Owner, StoreUnavailableError } from '../store.js'
import type { Parameter } from './client.js'
import { type DriverContext, readJson, textOf, writeJson } from './context.js'
import type { Row } from './database.js'
import { isDuplicate } from './faults.js'
import { givenKey, integer, keyColumn, listOf, now, readingNow, tableOf } from './sql.js'
import { keyOf, keyOfOwner, textKeyOfOwner } from './text-key.js'

export function mysqlAccounts({ database }: DriverContext): AccountStore {
  const find = database.grouped<Owner, Account | null>({
    async run(owners) {
      const found = owners.map((): Account | null => null)
      const rows = await database.readOnPrimary(sql.find, [listOf(owners.map(textKeyOfOwner))])
      for (const [, position, ...row] of rows) found[Number(position) - 1] = accountOf(row)
      return found
    },
  })

  return {
    async create(account) {
      try {
        await database.write(sql.create, valuesOf(account))
        return 'created'
      } catch (error) {
        if (!isDuplicate(error)) throw error
        // Of the two that are unique the database names one, in words that depend on its language.
        if (await find(account)) throw new Error('an account of this subject exists already')
        return 'taken'
      }
    },

    find,

    async findByUsername(tenant, usernameKey) {
      const [[, ...row] = []] = await database.readOnPrimary(sql.findByUsername, [keyOfUsername(tenant, usernameKey)])
      return accountOf(row)
    },

    async changePassword(owner, expected, next) {
      const values = [Buffer.from(next), keyOfOwner(owner), Buffer.from(expected)]
      return (await database.write(sql.changePassword, values)).rows === 1 ? 'changed' : 'lost'
    },

    async update(owner, expectedVersion, { scope, profile, disabled }, notAfter = Number.MAX_SAFE_INTEGER) {
      const values: Parameter[] = [
        scope === undefined ? null : Buffer.from(scope),
        profile === undefined ? null : writeJson(profile),
        disabled === undefined ? null : Number(disabled),
      ]
      const { rows } = await database.write(sql.update, [...values, keyOfOwner(owner), expectedVersion, notAfter])
      if (rows === 1) return 'updated'
      const [[at] = []] = await database.read(`SELECT ${now}`)
      if (Number(at) > notAfter) throw new StoreUnavailableError('MySQL came to it too late')
      return 'lost'
    },

    async hasScope(word) {
      if (word === '' || word.includes(' ')) return false
      const [[, has] = []] = await database.readOnPrimary(sql.hasScope, [Buffer.from(` ${word} `)])
      return Number(has) === 1
    },
  }
}

/** What never changes in an account. */
type AccountOrigin = Pick<Account, 'tenant' | 'subject' | 'username' | 'usernameKey' | 'createdAt'>

function valuesOf(account: Account): Parameter[] {
  const { tenant, subject, username, usernameKey, createdAt, passwordHash, scope, profile, disabled, version } = account
  const origin: AccountOrigin = { tenant, subject, username, usernameKey, createdAt }
  return [
    ...[keyOfOwner(account), keyOfUsername(tenant, usernameKey), Buffer.from(passwordHash), Buffer.from(scope)],
    ...[writeJson(profile), Number(disabled), version, writeJson(origin)],
  ]
}

function keyOfUsername(tenant: string, usernameKey: string): Buffer {
  return keyOf(`${tenant.length}:${tenant}${usernameKey}`)
}

/** @returns null of an outer join that found none. */
function accountOf([passwordHash, scope, profile, disabled, version, origin]: Row): Account | null {
  if (passwordHash === null) return null
  return Object.assign(readJson<AccountOrigin>(origin), {
    passwordHash: textOf(passwordHash),
    scope: textOf(scope),
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
    SELECT ${readingNow}, given.position, ${columns}
    FROM ${tableOf(`position FOR ORDINALITY, ${keyColumn('$')}`)}
    LEFT JOIN sessionward_accounts AS a ON a.owner = ${givenKey}`,
  findByUsername: `
    SELECT clock.at, ${columns} FROM (SELECT ${readingNow} AS at) AS clock
    LEFT JOIN sessionward_accounts AS a ON a.username = ?`,
  // It counts its writes, so that the same hash again is a change too.
  changePassword: `
    UPDATE sessionward_accounts SET password_hash = ?, writes = writes + 1 WHERE owner = ? AND password_hash = ?`,
  // The row is looked at once it is locked, and SYSDATE goes on meanwhile. It is in the time zone of the session: where
  // summer time ends in between it goes back.
  update: `
    UPDATE sessionward_accounts
    SET scope = COALESCE(?, scope), profile = COALESCE(?, profile), disabled = COALESCE(${integer}, disabled),
      version = version + 1
    WHERE owner = ? AND version = ${integer}
      AND TIMESTAMPDIFF(MICROSECOND, NOW(6), SYSDATE(6)) DIV 1000 BETWEEN -60000 AND ${integer} - ${now}`,
  // It reads every account, and is asked when a server starts: is there an administrator yet?
  hasScope: `
    SELECT ${readingNow}, EXISTS (SELECT 1 FROM sessionward_accounts WHERE LOCATE(?, CONCAT(' ', scope, ' ')) > 0)`,
}
