import type { Passwords } from '../accounts/passwords.js'
import type { HashKind } from './hashes/hash-kind.js'
import type { UserRecord } from './user-source.js'

/** What came of a password. `upgrade`: the hash should be replaced by one of argon2id. */
export type PasswordCheck = { readonly fits: false } | { readonly fits: true; readonly upgrade: boolean }

export interface PasswordChecker {
  /**
   * Checks a password with the same work for everybody: one run of argon2id, and one of each kind that is slow on purpose. The
   * run of argon2id is the new hash where the old one fits and is to be replaced.
   */
  check(user: UserRecord | undefined, password: string): Promise<PasswordCheck>
  /** Such as `md5` or `argon2`; undefined where no kind recognizes the hash. */
  kindOf(hash: string): string | undefined
}

/** @param unreadable Called for a hash that no kind recognizes, or that its kind cannot read. */
export function createPasswordChecker(
  passwords: Passwords,
  kinds: readonly HashKind[],
  unreadable: () => void,
): PasswordChecker {
  const slow = kinds.flatMap((kind) => (kind.dummy === undefined ? [] : [{ kind, dummy: kind.dummy }]))
  const isArgon2 = (hash: string) => hash.startsWith('$argon2')
  const find = (hash: string) => kinds.find((kind) => kind.recognizes(hash))

  async function run(kind: HashKind, hash: string, salt: string, password: string) {
    try {
      return await kind.verify({ hash, salt }, password)
    } catch {
      unreadable()
      return false
    }
  }

  /** Each kind that is slow on purpose once, in one turn: however many sign in, file and DNS work keeps its threads. */
  async function runKinds(kind: HashKind | undefined, user: UserRecord | undefined, password: string) {
    const check = async () => {
      for (const one of slow) if (one.kind !== kind) await run(one.kind, one.dummy, '', password)
      return kind && user?.hash ? run(kind, user.hash, user.salt, password) : false
    }
    return slow.length > 0 ? passwords.run(check) : check()
  }

  return {
    kindOf: (hash) => (isArgon2(hash) ? 'argon2' : find(hash)?.name),

    async check(user, password) {
      const hash = user?.hash ?? null
      const kind = hash === null || isArgon2(hash) ? undefined : find(hash)
      const result = await runKinds(kind, user, password)
      if (!user || hash === null || isArgon2(hash)) {
        const fits = await passwords.verify(hash, password)
        return fits ? { fits, upgrade: passwords.needsRehash(hash!) } : { fits }
      }
      if (!kind) unreadable()
      // The new hash is the run of argon2id.
      if (result === true) return { fits: true, upgrade: true }
      await passwords.verify(null, password)
      return result === 'digest' ? { fits: true, upgrade: false } : { fits: false }
    },
  }
}
