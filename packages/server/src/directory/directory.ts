/**
 * The port to the people. Bring your own users with these two functions; `accounts()` is the built-in directory.
 */
export interface Directory {
  /**
   * Checks a user name and a password.
   *
   * @returns the subject, or null where they do not fit. Unknown user and wrong password must cost the same work.
   */
  authenticate(credentials: Credentials): Promise<Authenticated | null>
  /**
   * What tokens and pages say of a subject, read at every refresh.
   *
   * @returns null where the subject is unknown or may no longer be signed in: the session then ends.
   */
  profile(who: { readonly tenant: string; readonly subject: string }): Promise<Profile | null>
  /**
   * The form of a user name by which failed sign-ins are counted, without I/O. Names that `authenticate` takes for the same
   * person must have the same form: otherwise each spelling has attempts of its own, and guessing becomes as many times
   * easier. Default: NFKC, lower case, trimmed. It does not suffice where a database compares more loosely, such as MySQL's
   * collations that ignore accents.
   */
  canonicalUsername?(username: string): string
  /** Makes a new account. Without it there is no registration here. */
  register?(registration: Registration): Promise<{ readonly subject: string } | 'taken'>
  /**
   * Changes the password of a subject who gave the present one. Where `next` is the present one already, the answer is
   * `changed` too: whoever got no answer asks again. Without it passwords are changed elsewhere.
   */
  changePassword?(change: PasswordChange): Promise<'changed' | 'wrong'>
}

/** Somebody whose password fitted. */
export interface Authenticated {
  readonly subject: string
  /**
   * Whether the password that fitted is still the one. It is asked once the session has begun, so that a sign-in which was under
   * way while the password changed does not outlive the change. Default: it is.
   */
  unchanged?(): Promise<boolean>
}

export interface Credentials {
  /** Empty where there is only one tenant. */
  readonly tenant: string
  readonly username: string
  readonly password: string
}

export interface Profile {
  /** Space-separated (RFC 6749 section 3.3). Default: none. */
  readonly scope?: string
  /**
   * Counts up whenever the rest changes, so that tokens of an older one are refreshed. Default: none, and a token without
   * one counts as older than any.
   */
  readonly version?: number
  /** Further claims for the access token, none of them a registered one. */
  readonly claims?: Readonly<Record<string, unknown>>
  /** What the person may see: `user` of a token answer, and /auth/me. */
  readonly user: Readonly<Record<string, unknown>>
}

export interface Registration extends Credentials {
  /** Profile fields that configuration lets a person fill in. */
  readonly profile: Readonly<Record<string, unknown>>
}

export interface PasswordChange {
  readonly tenant: string
  readonly subject: string
  readonly current: string
  readonly next: string
}
