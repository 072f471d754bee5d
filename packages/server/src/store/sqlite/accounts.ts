import { deadlinePassed } from '../driver/outcomes.js'
import type { Account, AccountStore, Owner } from '../store.js'
import { type DriverContext, readJson } from './context.js'

export function sqliteAccounts({ connection, group, now }: DriverContext): AccountStore {
  function find({ tenant, subject }: Owner): Account | null {
    const row = connection.get('SELECT account FROM accounts WHERE tenant = ? AND subject = ?', [tenant, subject])
    return row ? readJson<Account>(row.account) : null
  }

  function replace(account: Account): void {
    const { tenant, subject, scope } = account
    connection.run('UPDATE accounts SET scope = ?, account = ? WHERE tenant = ? AND subject = ?', [
      scope,
      JSON.stringify(account),
      tenant,
      subject,
    ])
  }

  return {
    async create(account) {
      const { tenant, subject, usernameKey, scope } = account
      const values = [tenant, subject, usernameKey, scope, JSON.stringify(account)]
      const created = await group.write(() => connection.run(create, values))
      return created === 1 ? 'created' : 'taken'
    },

    async find(owner) {
      return group.read(() => find(owner))
    },

    async findByUsername(tenant, usernameKey) {
      return group.read(() => {
        const row = connection.get(findByUsername, [tenant, usernameKey])
        return row ? readJson<Account>(row.account) : null
      })
    },

    async changePassword(owner, expected, next) {
      return group.write(() => {
        const account = find(owner)
        if (account?.passwordHash !== expected) return 'lost'
        replace({ ...account, passwordHash: next })
        return 'changed'
      })
    },

    async update(owner, expectedVersion, change, notAfter = Number.POSITIVE_INFINITY) {
      const outcome = await group.write(() => {
        const account = find(owner)
        if (account?.version !== expectedVersion) return 'lost'
        // Here no other process writes any more: it is what is left to wait for.
        if (now() > notAfter) return 'late'
        replace({ ...account, ...change, version: expectedVersion + 1 })
        return 'updated'
      })
      if (outcome === 'late') throw deadlinePassed('SQLite')
      return outcome
    },

    async hasScope(value) {
      if (value === '' || value.includes(' ')) return false
      return group.read(() => connection.get(hasScope, [` ${value} `]) !== undefined)
    },
  }
}

// A second account of the same subject violates the primary key, which is an error and not a taken name.
const create = `
  INSERT INTO accounts (tenant, subject, username_key, scope, account) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (tenant, username_key) DO NOTHING`

const findByUsername = 'SELECT account FROM accounts WHERE tenant = ? AND username_key = ?'

// It reads every account, and runs when a server starts: is there an administrator yet?
const hasScope = `SELECT 1 FROM accounts WHERE instr(' ' || scope || ' ', ?) > 0 LIMIT 1`
