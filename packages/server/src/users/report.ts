import type { PasswordChecker } from './password-check.js'
import type { UserSource } from './user-source.js'

/** The state of a migration to argon2id. */
export interface UserReport {
  /** Number of people. */
  readonly total: number
  /** Number of people without a password. */
  readonly withoutPassword: number
  /** Number of hashes of each kind, `argon2` included, and the earliest and latest `changedAt` of each. */
  readonly hashes: Readonly<Record<string, { readonly count: number; readonly oldest?: Date; readonly newest?: Date }>>
  /** Ids of people whose hash no kind recognizes: they cannot sign in. At most 100. */
  readonly unreadable: readonly string[]
  /** Ids of people with the same canonical name. Each can sign in only with the name exactly as stored. At most 100. */
  readonly collisions: readonly (readonly string[])[]
  /** Maximum length of the hash column in characters; undefined if unlimited. argon2id needs 97. */
  readonly hashLength: number | undefined
}

const maxListed = 100

export async function createReport(
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
    unreadable: unreadable.slice(0, maxListed),
    collisions: collisions.slice(0, maxListed),
    hashLength: await source.hashLength(),
  }
}
