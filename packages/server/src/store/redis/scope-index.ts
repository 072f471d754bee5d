import type { Owner } from '../store.js'
import type { DriverContext } from './context.js'
import * as index from './index-scripts.js'

/**
 * Which accounts have a word in their scope. An account is entered before it has the word, and is not taken out when it
 * has it no more: whoever reads looks at the account, and removes what he found to be out of date.
 */
export function scopeIndex(
  { connection, names }: DriverContext,
  scopeOf: (owner: Owner) => Promise<string | undefined>,
) {
  /** @returns the instant until which the account must have taken the scope. */
  async function enter({ tenant, subject }: Owner, scope: string): Promise<number> {
    const member = JSON.stringify([tenant, subject])
    const times = await Promise.all(
      wordsOf(scope).map((word) => connection.call(index.enter, [names.scope(word)], [member, 0])),
    )
    return Math.min(...times.map(Number)) + index.makeWithin
  }

  async function holds(word: string, member: string): Promise<boolean> {
    const [tenant, subject] = JSON.parse(member) as [string, string]
    const scope = await scopeOf({ tenant, subject })
    if (scope !== undefined && wordsOf(scope).includes(word)) return true
    await connection.call(index.removeStale, [names.scope(word)], [member, index.mayBeMade])
    return false
  }

  async function anyHas(word: string): Promise<boolean> {
    let cursor = '0'
    do {
      const [next, part] = (await connection.call(index.scan, [names.scope(word)], [cursor])) as [string, string[]]
      const members = part.filter((_, place) => place % 2 === 0)
      const found = await Promise.all(members.map((member) => holds(word, member)))
      if (found.includes(true)) return true
      cursor = next
    } while (cursor !== '0')
    return false
  }

  return { enter, anyHas }
}

function wordsOf(scope: string): string[] {
  return [...new Set(scope.split(' '))].filter((word) => word !== '')
}
