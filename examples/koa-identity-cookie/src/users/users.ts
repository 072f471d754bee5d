import type { UserSource } from '@sessionward/server/users'

/** The users of this system: what the auth server reads, and what the application itself writes. */
export interface Users {
  /** Where they are, for people, such as `MariaDB 10.11`. */
  readonly title: string
  /** What the auth server reads, and replaces a legacy hash in. */
  readonly source: UserSource
  insert(user: NewUser): Promise<'inserted' | 'taken'>
  find(username: string): Promise<User | undefined>
  /** Whatever the password was, as after a reset by e-mail. */
  setHash(id: string, hash: string): Promise<void>
  setDisabled(id: string, disabled: boolean): Promise<void>
  close(): Promise<void>
}

export interface NewUser {
  readonly username: string
  readonly name: string
  /** In a legacy system: MD5 in hexadecimal. */
  readonly hash: string
}

export interface User extends NewUser {
  readonly id: string
  readonly disabled: boolean
}

/** Which column, or field, holds what. */
export const columns = {
  username: 'username',
  hash: 'password_hash',
  disabled: 'disabled_at',
} as const
