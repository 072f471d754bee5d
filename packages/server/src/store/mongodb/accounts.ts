import { createBatch } from '../driver/batch.js'
import { deadlinePassed, subjectExists } from '../driver/outcomes.js'
import type { Account, AccountStore, Owner } from '../store.js'
import { bulkInsert, findByIds, type InsertOutcome } from './bulk.js'
import type { Document } from './client.js'
import type { DriverContext } from './context.js'
import { refused } from './errors.js'
import { isLost, now, onlyIf } from './expressions.js'

export function mongodbAccounts({ database, names }: DriverContext): AccountStore {
  const read = createBatch<string, Account | null>({
    async run(ids) {
      const { byId } = await findByIds(database, names.accounts, ids, accountFields)
      return ids.map((id) => {
        const row = byId.get(id)
        return row ? accountOf(row) : null
      })
    },
  })

  const insert = createBatch<Document, InsertOutcome>({
    run: (documents) => bulkInsert(database, names.accounts, documents),
    // On DocumentDB, accounts created at once with one username wait for each other until it detects a deadlock.
    keyOf: ({ tenant, usernameKey }) => JSON.stringify([tenant, usernameKey]),
    maxConcurrent: 1,
  })

  async function findByUsername(tenant: string, usernameKey: string): Promise<Account | null> {
    const filter = { tenant: { $eq: tenant }, usernameKey: { $eq: usernameKey } }
    const { cursor } = await database.read({ find: names.accounts, filter, projection: accountFields, limit: 1 })
    const [row] = cursor!.firstBatch
    return row ? accountOf(row) : null
  }

  async function change(
    owner: Owner,
    expected: Document,
    update: Document | Document[],
    maxSeconds?: number,
  ): Promise<boolean> {
    const statement = { q: { _id: idOf(owner), ...expected }, u: update }
    const { n, writeErrors } = await database.attempt({ update: names.accounts, updates: [statement] }, maxSeconds)
    const [failure] = writeErrors ?? []
    if (isLost(failure?.errmsg)) throw deadlinePassed('MongoDB')
    if (failure) throw refused(failure)
    return n === 1
  }

  return {
    async create(account) {
      const outcome = await insert(rowOf(account))
      if (outcome instanceof Error) throw outcome
      if (outcome === 'inserted') return 'created'
      // Which of the two unique keys it was is in a message that differs from engine to engine.
      if (await findByUsername(account.tenant, account.usernameKey)) return 'taken'
      throw subjectExists()
    },

    find: (owner) => read(idOf(owner)),
    findByUsername,

    async changePassword(owner, expected, next) {
      const changed = await change(owner, { passwordHash: { $eq: expected } }, { $set: { passwordHash: next } })
      return changed ? 'changed' : 'lost'
    },

    async update(owner, expectedVersion, { scope, profile, disabled }, notAfter) {
      const fields = {
        ...(scope !== undefined && { scope, words: scopeValuesOf(scope) }),
        ...(profile !== undefined && { profile: JSON.stringify(profile) }),
        ...(disabled !== undefined && { disabled }),
      }
      // The server's clock when it starts the command, which does not outlive its time limit.
      const version = onlyIf({ $lte: [now, notAfter ?? Number.MAX_SAFE_INTEGER] }, expectedVersion + 1)
      const set = [{ $set: { ...literals(fields), version } }]
      const maxSeconds = notAfter === undefined ? undefined : commitWithin
      return (await change(owner, { version: { $eq: expectedVersion } }, set, maxSeconds)) ? 'updated' : 'lost'
    },

    async hasScope(value) {
      if (value === '' || value.includes(' ')) return false
      const filter = { words: { $eq: value } }
      const { cursor } = await database.read({ find: names.accounts, filter, projection: { _id: 1 }, limit: 1 })
      return cursor!.firstBatch.length > 0
    },
  }
}

/** Seconds in which a change that started in time takes place, or not at all: `profileGracePeriod` relies on it. */
const commitWithin = 10

/** One string for both, which no other pair has. */
function idOf({ tenant, subject }: Owner): string {
  return JSON.stringify([tenant, subject])
}

/** The scope also as words, for their index. */
function rowOf(account: Account): Document {
  const profile = JSON.stringify(account.profile)
  return { ...account, _id: idOf(account), words: scopeValuesOf(account.scope), profile }
}

/** For a pipeline, in which a string that begins with a dollar sign would be a field. */
function literals(fields: Document): Document {
  return Object.fromEntries(Object.entries(fields).map(([name, $literal]) => [name, { $literal }]))
}

function scopeValuesOf(scope: string): readonly string[] {
  return scope.split(' ').filter((value) => value !== '')
}

const accountFields = {
  tenant: 1,
  subject: 1,
  username: 1,
  usernameKey: 1,
  passwordHash: 1,
  scope: 1,
  profile: 1,
  disabled: 1,
  version: 1,
  createdAt: 1,
} as const

function accountOf({ _id, now, ...row }: Document): Account {
  return { ...row, profile: JSON.parse(row.profile as string) } as unknown as Account
}
