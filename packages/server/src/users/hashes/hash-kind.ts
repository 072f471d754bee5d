/** What a hash is checked with, beside the password. */
export interface StoredHash {
  /** The hash, as the column has it. */
  readonly hash: string
  /** From the column `salt`. Empty where there is none. */
  readonly salt: string
}

/**
 * One way in which passwords were hashed before: `md5()`, `bcrypt()`, or an object of your own. A hash that fits is replaced
 * by argon2id.
 */
export interface HashKind {
  /** For the report and for events, such as `md5`. */
  readonly name: string
  /** Whether a stored hash has the form of this kind. */
  recognizes(hash: string): boolean
  /**
   * Whether the password fits. `digest`: what was sent is itself the digest of the password, by an old page that hashes in the
   * browser. Then the hash stays, because the password is not known.
   */
  verify(stored: StoredHash, password: string): boolean | 'digest' | Promise<boolean | 'digest'>
  /**
   * A hash that nothing fits, for kinds that are slow on purpose: people with another hash, and unknown ones, run it too, so that
   * the time of an answer says nothing about who has an account. Default: none.
   */
  readonly dummy?: string
}

/** @throws TypeError that names what was wrong */
export function checkHashKinds(kinds: readonly HashKind[]): void {
  if (!Array.isArray(kinds)) throw new TypeError('users.hashes must be a list such as [md5(), bcrypt()]')
  for (const [index, kind] of kinds.entries()) {
    const isKind =
      typeof kind?.name === 'string' && typeof kind.recognizes === 'function' && typeof kind.verify === 'function'
    if (!isKind)
      throw new TypeError(`users.hashes[${index}] must be a hash such as md5() or { name, recognizes, verify }`)
  }
}
