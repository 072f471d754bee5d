/**
 * The port to your users. Implement `authenticate` and `profile` to use your own; `accounts()` is the built-in directory.
 */
export interface Directory {
  /**
   * Checks a user name and a password.
   *
   * @returns the subject, or null if they do not match. An unknown user and a wrong password must take the same time.
   */
  authenticate(credentials: Credentials): Promise<Authenticated | null>
  /**
   * What tokens and pages contain about a subject, read at every refresh.
   *
   * @returns null if the subject is unknown or may no longer be signed in: the session then ends.
   */
  profile(who: { readonly tenant: string; readonly subject: string }): Promise<Profile | null>
  /**
   * The form of a user name by which failed sign-ins are counted, without I/O. Names that `authenticate` takes for the same
   * person must have the same form: otherwise each variant of the name has its own limit of attempts. Default: NFKC, lower
   * case, trimmed. That is not enough for a database that compares more loosely, such as MySQL with collations that ignore
   * accents.
   */
  canonicalUsername?(username: string): string
  /** Creates an account. Without it the auth server has no registration. */
  register?(registration: Registration): Promise<{ readonly subject: string } | 'taken'>
  /**
   * Changes the password of a subject if `current` is right, and otherwise returns `wrong`, even if `next` is the stored password:
   * one call must be one guess, and other sessions end after `changed`. Without this function the auth server does not change
   * passwords.
   */
  changePassword?(change: PasswordChange): Promise<'changed' | 'wrong'>
}

/** The result of a successful authentication. */
export interface Authenticated {
  /** Id of the person, unique within the tenant: `sub` of tokens. */
  readonly subject: string
  /**
   * Whether the password that was checked is still valid. Called after the session has started, so that a sign-in during a password
   * change does not outlive it. Default: the password is considered valid.
   */
  unchanged?(): Promise<boolean>
}

/** A user name and a password. */
export interface Credentials {
  /** Empty if there is only one tenant. */
  readonly tenant: string
  /** The user name, as the person typed it. */
  readonly username: string
  /** The password, as the person typed it. */
  readonly password: string
}

/** What tokens and pages contain about a person. */
export interface Profile {
  /** Space-separated (RFC 6749 section 3.3). Default: none. */
  readonly scope?: string
  /**
   * A number that increases with each change of the profile, so that tokens with an older version are refreshed. Default: none; a
   * token without a version counts as the oldest.
   */
  readonly version?: number
  /** Additional claims of the access token. Names of registered claims are refused. */
  readonly claims?: Readonly<Record<string, unknown>>
  /** What the person may see: `user` in token answers and /auth/me. */
  readonly user: Readonly<Record<string, unknown>>
}

/** Input of a registration. */
export interface Registration extends Credentials {
  /** Profile fields that the option `registrationFields` allows. */
  readonly profile: Readonly<Record<string, unknown>>
}

/** Input of a password change. */
export interface PasswordChange {
  /** Empty if there is only one tenant. */
  readonly tenant: string
  /** Id of the person. */
  readonly subject: string
  /** The current password. */
  readonly current: string
  /** The new password. */
  readonly next: string
}
