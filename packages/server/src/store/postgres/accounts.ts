import { createBatch } from '../driver/batch.js'
import { deadlinePassed } from '../driver/outcomes.js'
import type { Account, AccountStore, Owner } from '../store.js'
import { textArray } from './binary-array.js'
import { clock, readClock, readingClock } from './clock.js'
import { type DriverContext, readJson } from './context.js'
import type { Row } from './database.js'
import type { Tables } from './tables.js'
import { keyOf, readText, textOf } from './text.js'

export function postgresAccounts({ query, tables, batch }: DriverContext): AccountStore {
  const sql = statements(tables)

  async function findOne(statement: string, tenant: string, key: string): Promise<Account | null> {
    const { rows } = await query(statement, [tenant, key])
    return accountOf(rows[0]!)
  }

  async function findAll(owners: readonly Owner[]): Promise<(Account | null)[]> {
    const [first] = owners
    if (owners.length === 1) return [await findOne(sql.find, first!.tenant, first!.subject)]
    const tenants = textArray(owners.map(({ tenant }) => tenant))
    const subjects = textArray(owners.map(({ subject }) => subject))
    const { rows } = await query(sql.findAll, [tenants, subjects])
    const found = new Array<Account | null>(owners.length).fill(null)
    for (const row of rows) found[Number(row[row.length - 1]) - 1] = accountOf(row)
    return found
  }

  const find = batch ? createBatch({ run: findAll }) : async (owner: Owner) => (await findAll([owner]))[0]!

  return {
    async create(account) {
      const { tenant, subject, username, usernameKey, createdAt } = account
      const names = [keyOf(tenant), keyOf(subject), keyOf(usernameKey)]
      const origin = JSON.stringify({ tenant, subject, username, usernameKey, createdAt })
      const { passwordHash, scope, profile, disabled, version } = account
      const changing = [textOf(passwordHash), textOf(scope), JSON.stringify(profile), disabled, version]
      const { count } = await query(sql.create, [...names, ...changing, origin])
      return count === 1 ? 'created' : 'taken'
    },

    find: ({ tenant, subject }) => find({ tenant: keyOf(tenant), subject: keyOf(subject) }),

    findByUsername: (tenant, usernameKey) => findOne(sql.findByUsername, keyOf(tenant), keyOf(usernameKey)),

    async changePassword({ tenant, subject }, expected, next) {
      const { count } = await query(sql.changePassword, [keyOf(tenant), keyOf(subject), textOf(expected), textOf(next)])
      return count === 1 ? 'changed' : 'lost'
    },

    async update({ tenant, subject }, expectedVersion, { scope, profile, disabled }, notAfter) {
      const { rows } = await query(sql.update, [
        keyOf(tenant),
        keyOf(subject),
        expectedVersion,
        scope === undefined ? null : textOf(scope),
        profile === undefined ? null : JSON.stringify(profile),
        disabled ?? null,
        notAfter ?? Number.MAX_SAFE_INTEGER,
      ])
      const [isBeforeDeadline, updated] = rows[0]!
      if (isBeforeDeadline === 'f') throw deadlinePassed('PostgreSQL')
      return updated === '1' ? 'updated' : 'lost'
    },

    async hasScope(value) {
      if (value === '' || value.includes(' ')) return false
      const { rows } = await query(sql.hasScope, [` ${textOf(value)} `])
      readClock(rows[0]![0])
      return rows[0]![1] === 't'
    },
  }
}

function accountOf([now, origin, passwordHash, scope, profile, disabled, version]: Row): Account | null {
  readClock(now)
  if (origin === null) return null
  return {
    ...readJson<Pick<Account, 'tenant' | 'subject' | 'username' | 'usernameKey' | 'createdAt'>>(origin),
    passwordHash: readText(passwordHash!),
    scope: readText(scope!),
    profile: readJson(profile),
    disabled: disabled === 't',
    version: Number(version),
  }
}

const columns = 'origin, password_hash, scope, profile, disabled, version'

function statements({ accounts }: Tables) {
  const isOf = 'tenant = $1 AND subject = $2'
  return {
    // A second account of the same subject violates the primary key, which is an error and not a taken name.
    create: `
      INSERT INTO ${accounts} (tenant, subject, username_key, password_hash, scope, profile, disabled, version, origin)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (tenant, username_key) DO NOTHING`,
    find: `SELECT clock.now, ${columns} FROM (SELECT ${readingClock} AS now) AS clock LEFT JOIN ${accounts} ON ${isOf}`,
    findAll: `
      SELECT ${readingClock}, ${columns}, given.position
      FROM unnest((SELECT $1::text[]), (SELECT $2::text[])) WITH ORDINALITY AS given (tenant, subject, position)
      LEFT JOIN LATERAL (
        SELECT ${columns} FROM ${accounts} AS one
        WHERE one.tenant = given.tenant AND one.subject = given.subject OFFSET 0) AS found ON true`,
    findByUsername: `
      SELECT clock.now, ${columns} FROM (SELECT ${readingClock} AS now) AS clock
      LEFT JOIN ${accounts} ON tenant = $1 AND username_key = $2`,
    changePassword: `UPDATE ${accounts} SET password_hash = $4 WHERE ${isOf} AND password_hash = $3`,
    // Reads the clock once it has the row. PostgreSQL would evaluate a condition of the update before it waits for a lock on
    // the row, and again only if the row has changed.
    update: `
      WITH own AS MATERIALIZED (SELECT 1 FROM ${accounts} WHERE ${isOf} AND version = $3 FOR UPDATE),
      due AS MATERIALIZED (SELECT ${clock} <= $7::bigint AS in_time FROM own),
      updated AS (
        UPDATE ${accounts} SET scope = coalesce($4, scope), profile = coalesce($5, profile),
          disabled = coalesce($6::boolean, disabled), version = version + 1
        WHERE ${isOf} AND version = $3 AND (SELECT in_time FROM due) RETURNING 1)
      SELECT (SELECT in_time FROM due), (SELECT count(*) FROM updated)`,
    // It reads every account, and runs when a server starts: is there an administrator yet?
    hasScope: `
      SELECT ${readingClock}, EXISTS (SELECT FROM ${accounts} WHERE strpos(' ' || scope || ' ', $1) > 0)`,
  }
}
