import type { AccountStore, Owner } from '../store.js'
import type { DriverContext } from './context.js'
import * as index from './indexes.js'

/**
 * Which accounts have a word in their scope. An account is entered before it has the word, and stays when it loses it: a reader
 * looks at the account, and removes what is out of date.
 */
export function scopeIndex({ run, names }: DriverContext, find: AccountStore['find']) {
  async function holds(word: string, member: string): Promise<boolean> {
    const [tenant, subject] = JSON.parse(member) as [string, string]
    const account = await find({ tenant, subject })
    if (account && wordsOf(account.scope).includes(word)) return true
    await run(index.removeStale, [names.scope(word)], [member, index.staleAfter])
    return false
  }

  return {
    /** @returns the instant until which the account must have the scope. */
    async enter({ tenant, subject }: Owner, scope: string): Promise<number> {
      const member = JSON.stringify([tenant, subject])
      const times = await Promise.all(wordsOf(scope).map((word) => run(index.enter, [names.scope(word)], [member, 0])))
      return Math.min(...times.map(Number)) + index.creationWindow
    },

    async anyHas(word: string): Promise<boolean> {
      let cursor = '0'
      do {
        const [next, pairs] = (await run(index.scan, [names.scope(word)], [cursor])) as [string, string[]]
        const members = pairs.filter((_, place) => place % 2 === 0)
        const found = await Promise.all(members.map((member) => holds(word, member)))
        if (found.includes(true)) return true
        cursor = next
      } while (cursor !== '0')
      return false
    },
  }
}

function wordsOf(scope: string): string[] {
  return [...new Set(scope.split(' '))].filter((word) => word !== '')
}
