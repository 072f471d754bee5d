import type { PasswordChecker } from './password-check.js'
import type { UserSource } from './user-source.js'

/** What is left to do, read from everybody. */
export interface UserReport {
  /** How many people there are. */
  readonly total: number
  /** People without a password. */
  readonly withoutPassword: number
  /** How many hashes there are of each kind, `argon2` included, and the earliest and latest `changedAt` of each. */
  readonly hashes: Readonly<Record<string, { readonly count: number; readonly oldest?: Date; readonly newest?: Date }>>
  /** Ids of people whose hash no kind recognizes: they cannot sign in. At most 100. */
  readonly unreadable: readonly string[]
  /** Ids of people whose names are the same in canonical form. Each can sign in only with the name exactly as it is stored. At most 100. */
  readonly collisions: readonly (readonly string[])[]
  /** Characters that the column of the hash takes; undefined where there is no limit. argon2id needs 97. */
  readonly hashLength: number | undefined
}

const longestList = 100

export async function makeReport(
  source: UserSource,
  { kindOf }: Pick<PasswordChecker, 'kindOf'>,
  canonicalUsername: (username: string) => string,
): Promise<UserReport> {
  const hashes: Record<string, { count: number; oldest?: Date; newest?: Date }> = {}
  const unreadable: string[] = []
  const ids = new Map<string, string[]>()
  let total = 0
  let withoutPassword = 0
  for await (const { id, username, hash, changedAt } of source.all()) {
    total++
    const name = canonicalUsername(username)
    ids.set(name, [...(ids.get(name) ?? []), id])
    const kind = hash === null ? undefined : kindOf(hash)
    if (hash === null) withoutPassword++
    else if (kind === undefined) unreadable.push(id)
    else {
      hashes[kind] ??= { count: 0 }
      const entry = hashes[kind]
      entry.count++
      if (changedAt && !(entry.oldest && entry.oldest <= changedAt)) entry.oldest = changedAt
      if (changedAt && !(entry.newest && entry.newest >= changedAt)) entry.newest = changedAt
    }
  }
  const collisions = [...ids.values()].filter(({ length }) => length > 1)
  return {
    total,
    withoutPassword,
    hashes,
    unreadable: unreadable.slice(0, longestList),
    collisions: collisions.slice(0, longestList),
    hashLength: await source.hashLength(),
  }
}
