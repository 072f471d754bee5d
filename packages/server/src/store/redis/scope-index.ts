import type { AccountStore, Owner } from '../store.js'
import type { DriverContext } from './context.js'
import * as index from './indexes.js'

/**
 * Lists the accounts with a scope value. An account is entered before it gets the value, and is not removed when it loses it. A reader
 * therefore checks the account itself, and removes entries that are out of date.
 */
export function scopeIndex({ run, names }: DriverContext, find: AccountStore['find']) {
  async function hasValue(value: string, member: string): Promise<boolean> {
    const [tenant, subject] = JSON.parse(member) as [string, string]
    const account = await find({ tenant, subject })
    if (account && valuesOf(account.scope).includes(value)) return true
    await run(index.removeStale, [names.scope(value)], [member, index.staleAfter])
    return false
  }

  return {
    /** @returns the time by which the account must have the scope. */
    async enter({ tenant, subject }: Owner, scope: string): Promise<number> {
      const member = JSON.stringify([tenant, subject])
      const times = await Promise.all(
        valuesOf(scope).map((value) => run(index.enter, [names.scope(value)], [member, 0])),
      )
      return Math.min(...times.map(Number)) + index.creationWindow
    },

    async anyHas(value: string): Promise<boolean> {
      let cursor = '0'
      do {
        const [next, pairs] = (await run(index.scan, [names.scope(value)], [cursor])) as [string, string[]]
        const members = pairs.filter((_, place) => place % 2 === 0)
        const found = await Promise.all(members.map((member) => hasValue(value, member)))
        if (found.includes(true)) return true
        cursor = next
      } while (cursor !== '0')
      return false
    },
  }
}

function valuesOf(scope: string): string[] {
  return [...new Set(scope.split(' '))].filter((value) => value !== '')
}
