import type { Client } from '@sessionward/client'
import type { Device, ReplacedBy } from '@sessionward/protocol'

/** What the page needs of a session: the client has it, and the hand-written queue imitates it. */
export type SessionOfPage = Pick<Client, 'state' | 'user' | 'signOut' | 'subscribe'> & {
  signIn(input: { readonly username: string; readonly password: string; readonly device: Device }): Promise<unknown>
  /** Why nobody is signed in. */
  readonly reason: string | undefined
  /** The sign-in that took the place of this session, where the backend says so. */
  readonly replacedBy?: ReplacedBy | undefined
}
