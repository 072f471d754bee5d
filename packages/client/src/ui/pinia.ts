import type { User } from '@sessionward/protocol'
import { defineStore, getActivePinia, type StoreDefinition } from 'pinia'
import { unknownOption } from '#option-names'
import type { SignIn } from '../account.js'
import type { Client } from '../client.js'
import { type Auth, useAuth } from './vue.js'

/** Options of `defineAuthStore`. An unknown name is refused. */
export interface AuthStoreOptions<Id extends string = 'auth'> {
  /** Name of the store. Default `auth`. */
  readonly id?: Id | undefined
}

/** The store has no state of its own: what it shows of the client are getters, which no plugin can write to a disk. */
export type AuthStore<U = User, I extends object = SignIn, Id extends string = 'auth'> = StoreDefinition<
  Id,
  Record<never, never>,
  { [name in keyof Refs<U>]: () => Refs<U>[name]['value'] },
  Pick<Auth<U, I>, 'signIn' | 'signOut' | 'adopt'>
>

/** What the store shows of the client. */
type Refs<U> = Pick<Auth<U>, 'status' | 'user' | 'reason' | 'key' | 'scope'>

/**
 * A Pinia store of who is signed in: `export const useAuthStore = defineAuthStore(client)`. It holds neither a token nor the
 * person: both are in the client alone, which works without a store and before there is one.
 *
 * @throws TypeError that names the option and what was expected.
 */
export function defineAuthStore<U = User, I extends object = SignIn, Id extends string = 'auth'>(
  client: Client<U, I>,
  options: AuthStoreOptions<Id> = {},
): AuthStore<U, I, Id> {
  const { id = 'auth' } = options
  const unknown = unknownOption(options, ['id'])
  if (unknown) throw new TypeError(`defineAuthStore: ${unknown}`)
  if (!id || typeof id !== 'string') throw new TypeError('defineAuthStore: `id` must be a name.')
  const auth = useAuth(client)
  const useStore = defineStore(id, () => ({ ...auth }))
  // A proxy, since hot reload writes to the function and reads from it.
  const checkedStore = new Proxy(useStore, {
    apply(use, self, [pinia, hot]) {
      if (!pinia && !getActivePinia()) throw new Error(usedTooEarly(id))
      return Reflect.apply(use, self, [pinia, hot])
    },
  })
  return checkedStore as unknown as AuthStore<U, I, Id>
}

function usedTooEarly(id: string): string {
  return `The store \`${id}\` was used before \`app.use(pinia)\`. Use it in \`setup\` or later, or give it the Pinia: \`useAuthStore(pinia)\`. Modules that run before, such as an axios instance, need no store: the client of \`createClient\` is enough.`
}
