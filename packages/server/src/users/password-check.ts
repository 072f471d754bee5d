import type { Passwords } from '../accounts/passwords.js'
import type { HashKind } from './hashes/hash-kind.js'
import { suggestKind } from './hashes/suggest-kind.js'
import type { UserRecord } from './user-source.js'

/** The result of a password check. `upgrade`: replace the hash with an argon2id hash. */
export type PasswordCheck = { readonly matches: false } | { readonly matches: true; readonly upgrade: boolean }

export interface PasswordChecker {
  /**
   * Checks a password with the same work for every account: one run of argon2id, and one of each expensive kind. If the hash is to be
   * upgraded, making the new hash is the run of argon2id.
   *
   * @throws LegacyHashError if the kind of the hash fails.
   */
  check(user: UserRecord | undefined, password: string): Promise<PasswordCheck>
  /** Name of the hash kind, such as `md5` or `argon2`; undefined if no kind recognizes the hash. */
  kindOf(hash: string): string | undefined
}

/** @param kinds Checked kinds. */
export function createPasswordChecker(
  passwords: Passwords,
  kinds: readonly HashKind[],
  warn: (message: string) => void,
): PasswordChecker {
  const slow = kinds.flatMap((kind) => (kind.dummy === undefined ? [] : [{ kind, dummy: kind.dummy }]))
  const isArgon2 = (hash: string) => hash.startsWith('$argon2')
  const find = (hash: string) => kinds.find((kind) => kind.recognizes(hash))

  /** Another kind's fault must not fail the sign-ins of people whose hash it does not have. */
  async function runDummy(kind: HashKind, dummy: string, password: string): Promise<void> {
    try {
      await kind.verify({ hash: dummy, salt: '' }, password)
    } catch {
      warn(`the dummy of the hash kind ${kind.name} cannot be checked: response times may reveal who has an account`)
    }
  }

  /** Runs each expensive kind once, under the concurrency limit, so that file and DNS work keeps its threads. */
  async function runKinds(kind: HashKind | undefined, user: UserRecord | undefined, password: string) {
    const check = async () => {
      for (const one of slow) if (one.kind !== kind) await runDummy(one.kind, one.dummy, password)
      return kind && user?.hash ? kind.verify({ hash: user.hash, salt: user.salt }, password) : false
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
        const matches = await passwords.verify(hash, password)
        return matches ? { matches, upgrade: passwords.needsRehash(hash!) } : { matches }
      }
      if (!kind) warn(unreadable(hash))
      // The caller's upgrade is the run of argon2id.
      if (result === true) return { matches: true, upgrade: true }
      await passwords.verify(null, password)
      return result === 'digest' ? { matches: true, upgrade: false } : { matches: false }
    },
  }
}

/** Says what to add, because the form of a hash tells its kind. Holds nothing of the hash. */
function unreadable(hash: string): string {
  const kind = suggestKind(hash)
  const advice = kind === undefined ? '' : ` By its form, add ${kind} to \`hashes\`.`
  return `a password hash cannot be read: the person cannot sign in.${advice} report() says how many there are`
}
