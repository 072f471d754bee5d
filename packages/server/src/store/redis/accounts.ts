import { type Account, type AccountStore, type Owner, StoreUnavailableError } from '../store.js'
import * as scripts from './account-scripts.js'
import { callName } from './connection.js'
import type { DriverContext } from './context.js'
import { scopeIndex } from './scope-index.js'
import { usernames } from './usernames.js'

export function redisAccounts(part: DriverContext): AccountStore {
  const { connection, names } = part
  const findOne = connection.grouped(scripts.findAccounts)
  const { take, free, subjectOf } = usernames(part, async (owner, usernameKey) => {
    return (await find(owner))?.usernameKey === usernameKey
  })
  const { enter, anyHas } = scopeIndex(part, async (owner) => (await find(owner))?.scope)

  async function find(owner: Owner): Promise<Account | null> {
    const [, json] = await findOne({ key: names.account(owner) })
    return json === '' ? null : (JSON.parse(json as string) as Account)
  }

  return {
    async create(account) {
      const call = callName()
      return connection.verb(async () => {
        const username = await take(account, account.usernameKey, call)
        if (!username) return 'taken'
        const until = Math.min(username.until, await enter(account, account.scope))
        const args = [call, until, ...fieldsOf(account)]
        const outcome = await connection.call(scripts.createAccount, [names.account(account)], args)
        if (outcome === 'created') return 'created'
        await free(username)
        if (outcome === 'late') throw tooLate()
        throw new Error('an account of this subject exists already')
      })
    },

    find,

    async findByUsername(tenant, usernameKey) {
      return connection.verb(async () => {
        const subject = await subjectOf(tenant, usernameKey)
        const account = subject === null ? null : await find({ tenant, subject })
        // The name may have been taken for an account that was never made.
        return account?.usernameKey === usernameKey ? account : null
      })
    },

    async changePassword(owner, expected, next) {
      const args = [callName(), JSON.stringify(expected), JSON.stringify(next)]
      const changed = await connection.verb(() => connection.call(scripts.changePassword, [names.account(owner)], args))
      return Number(changed) === 1 ? 'changed' : 'lost'
    },

    async update(owner, expectedVersion, change, notAfter = Number.MAX_SAFE_INTEGER) {
      const call = callName()
      return connection.verb(async () => {
        const until = Math.min(notAfter, await enter(owner, change.scope ?? ''))
        const versions = [expectedVersion, expectedVersion + 1]
        const args = [call, until, ...versions, ...changesOf(change)]
        const outcome = await connection.call(scripts.updateAccount, [names.account(owner)], args)
        if (outcome === 'late') throw tooLate()
        return outcome as 'updated' | 'lost'
      })
    },

    async hasScope(word) {
      if (word === '' || word.includes(' ')) return false
      return connection.verb(() => anyHas(word))
    },
  }
}

function fieldsOf(account: Account): readonly string[] {
  const { passwordHash, version, disabled, scope, profile, ...facts } = account
  const texts = { facts, password: passwordHash, version, ...{ disabled, scope, profile } }
  return Object.entries(texts).flatMap(([field, value]) => [field, JSON.stringify(value)])
}

function changesOf({ scope, profile, disabled }: Parameters<AccountStore['update']>[2]): readonly string[] {
  const given = Object.entries({ scope, profile, disabled }).filter(([, value]) => value !== undefined)
  return given.flatMap(([field, value]) => [field, JSON.stringify(value)])
}

function tooLate(): StoreUnavailableError {
  return new StoreUnavailableError('Redis came to it too late')
}
