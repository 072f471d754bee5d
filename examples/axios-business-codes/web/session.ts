import type { Client } from '@sessionward/client'

/** What the page needs of a session: the client has it, and the hand-written queue imitates it. */
export type SessionOfPage = Pick<Client, 'state' | 'user' | 'signIn' | 'signOut' | 'subscribe'> & {
  /** Why nobody is signed in. */
  readonly reason: string | undefined
}
