import { copyOf } from '../driver/copy-of.js'
import { deadlinePassed, subjectExists } from '../driver/outcomes.js'
import type { Account, AccountStore, Owner } from '../store.js'
import { ownerKey } from './owner-key.js'

export function memoryAccounts(now: () => number): AccountStore {
  const accounts = new Map<string, Account>()
  const ownersByUsername = new Map<string, Owner>()

  return {
    async create(account) {
      const username = usernameOf(account.tenant, account.usernameKey)
      if (ownersByUsername.has(username)) return 'taken'
      if (accounts.has(ownerKey(account))) throw subjectExists()
      ownersByUsername.set(username, { tenant: account.tenant, subject: account.subject })
      accounts.set(ownerKey(account), copyOf(account))
      return 'created'
    },

    async find(owner) {
      return copyOf(accounts.get(ownerKey(owner)) ?? null)
    },

    async findByUsername(tenant, usernameKey) {
      const owner = ownersByUsername.get(usernameOf(tenant, usernameKey))
      return owner ? copyOf(accounts.get(ownerKey(owner)) ?? null) : null
    },

    async changePassword(owner, expected, next) {
      const account = accounts.get(ownerKey(owner))
      if (account?.passwordHash !== expected) return 'lost'
      accounts.set(ownerKey(owner), { ...account, passwordHash: next })
      return 'changed'
    },

    async update(owner, expectedVersion, change, notAfter = Number.POSITIVE_INFINITY) {
      const account = accounts.get(ownerKey(owner))
      if (account?.version !== expectedVersion) return 'lost'
      if (now() > notAfter) throw deadlinePassed('the memory store')
      accounts.set(ownerKey(owner), { ...account, ...copyOf(change), version: expectedVersion + 1 })
      return 'updated'
    },

    async hasScope(value) {
      return value !== '' && [...accounts.values()].some((account) => account.scope.split(' ').includes(value))
    },
  }
}

function usernameOf(tenant: string, usernameKey: string): string {
  return JSON.stringify([tenant, usernameKey])
}
