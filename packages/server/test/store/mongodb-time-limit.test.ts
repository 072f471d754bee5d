import { expect, test } from 'vitest'
import { account } from '../../src/store/conformance/samples.js'
import { mongodbAccounts } from '../../src/store/mongodb/accounts.js'
import { Database } from '../../src/store/mongodb/database.js'
import { namesFor } from '../../src/store/mongodb/names.js'
import { recorded } from './mongodb-database.js'

const soon = Date.now() + 20_000

// What was taken up in time may be committed as late as its limit lets it.
test.each([
  ['10 s, where the store waits for an hour', 3600, soon, 10_000],
  ['the time that the store waits, where that is less', 5, soon, 5000],
  ['the time that the store waits, where it may come late', 3600, undefined, 3_600_000],
])('an account is updated within %s', async (_, timeout, notAfter, limit) => {
  const { accounts, commands } = accountsOf({ timeout })

  expect(await accounts.update(account(), 0, { disabled: true }, notAfter)).toBe('updated')

  expect(commands).toMatchObject([{ maxTimeMS: limit, writeConcern: { w: 'majority', wtimeout: limit } }])
})

test('a password is changed within the time that the store waits', async () => {
  const { accounts, commands } = accountsOf({ timeout: 3600 })

  expect(await accounts.changePassword(account(), 'one', 'another')).toBe('changed')

  expect(commands).toMatchObject([{ maxTimeMS: 3_600_000 }])
})

/** Of a server that does what it is told. */
function accountsOf({ timeout }: { readonly timeout: number }) {
  const database = recorded({
    command: async () => ({ ok: 1, n: 1 }),
    collection: () => ({ aggregate: () => ({ toArray: async () => [] }) }),
  })
  const commands = new Database(database, { readConcern: 'linearizable', timeout })
  return {
    accounts: mongodbAccounts({ database: commands, names: namesFor('sessionward_'), now: async () => Date.now() }),
    commands: database.commands,
  }
}
