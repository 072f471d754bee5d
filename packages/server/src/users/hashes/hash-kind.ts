/** A stored hash and its salt. */
export interface StoredHash {
  /** The hash as stored. */
  readonly hash: string
  /** The column `salt`; empty if there is none. */
  readonly salt: string
}

/**
 * A kind of legacy hash: `md5()`, `bcrypt()`, or your own object. A hash is replaced by argon2id when its password is used. If a
 * function of it throws, or `verify` returns another value, the sign-in is answered 503 and does not count as a failed attempt.
 */
export interface HashKind {
  /** Name for the report, such as `md5`. */
  readonly name: string
  /** Whether a stored hash has the format of this kind. */
  recognizes(hash: string): boolean
  /**
   * Whether the password matches. `digest`: an old page has sent the digest of the password. The hash is then not upgraded, because
   * the password is unknown.
   */
  verify(stored: StoredHash, password: string): boolean | 'digest' | Promise<boolean | 'digest'>
  /**
   * A hash that no password matches, for expensive kinds. It is checked for people with another kind of hash and for unknown people, so
   * that the response time does not reveal who has an account. Default: none.
   */
  readonly dummy?: string
}

/** @throws TypeError that names the invalid item. */
export function checkHashKinds(kinds: readonly HashKind[]): void {
  if (!Array.isArray(kinds)) throw new TypeError('users.hashes must be a list such as [md5(), bcrypt()]')
  for (const [index, kind] of kinds.entries()) {
    const isKind =
      typeof kind?.name === 'string' && typeof kind.recognizes === 'function' && typeof kind.verify === 'function'
    if (!isKind)
      throw new TypeError(`users.hashes[${index}] must be a hash such as md5() or { name, recognizes, verify }`)
  }
}
