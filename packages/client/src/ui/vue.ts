import type { User } from '@sessionward/protocol'
import { type App, hasInjectionContext, type InjectionKey, inject, type ShallowRef } from 'vue'
import { unknownOption } from '#option-names'
import type { SignIn } from '../account.js'
import { attachable } from '../attach/attachable.js'
import type { Client } from '../client.js'
import type { ClientState } from '../session.js'
import { onSubjectChange, type SubjectChange } from './subject-change.js'
import { type AuthRefs, authRefs } from './vue-refs.js'

export type { AuthSnapshot } from './auth-snapshot.js'
export { onSubjectChange, type SubjectChange } from './subject-change.js'

/**
 * Names the client of your application, so that `useAuth()` has its types:
 * `declare module '@sessionward/client/vue' { interface Register { client: typeof client } }`.
 */
// biome-ignore lint/suspicious/noEmptyInterface: an application adds to it.
export interface Register {}

/** The client that the application has registered. Default: `Client`. */
export type RegisteredClient = Register extends { readonly client: infer C extends Pick<Client, 'state'> } ? C : Client

/** Its person. Default: `User`, the members of which are unknown. */
export type RegisteredUser = Register extends { readonly client: { readonly user: infer U } } ? NonNullable<U> : User

/** A client, whatever a sign-in needs there and whoever signs in. */
type AnyClient = Client<unknown, never>

/** Options of `app.use(authPlugin, options)`. An unknown name is refused. */
export interface AuthPluginOptions<U = RegisteredUser> {
  /** What `createClient` returns. */
  readonly client: AnyClient
  /**
   * Called once when the person who was signed in goes (signed out, or the session ended) or another one takes their place,
   * before a request of the next one is sent: clear here what the application has cached. Default: none.
   */
  readonly onSubjectChange?: ((change: SubjectChange<U>) => void) | undefined
}

/** What `useAuth` returns. The refs are read-only, and change when it changes who is signed in, not with each refresh. */
export interface Auth<U = User, I extends object = SignIn>
  extends AuthRefs<U>,
    Pick<Client<U, I>, 'signIn' | 'signOut' | 'adopt'> {}

/** Registered, because a page may load this module twice. */
const key: InjectionKey<AnyClient> = Symbol.for('sessionward.vue')

/**
 * Gives the components of an app its client: `app.use(authPlugin, client)`, or `app.use(authPlugin, { client, onSubjectChange })`.
 *
 * @throws TypeError that names the option and what was expected.
 */
export const authPlugin = {
  install(app: App, options: AnyClient | AuthPluginOptions): void {
    const { client, onSubjectChange: listener } = readOptions(options)
    app.provide(key, client)
    if (!listener) return
    const stop = onSubjectChange(client as Client<never>, listener)
    const { unmount } = app
    // `app.onUnmount` came with Vue 3.5.
    app.unmount = () => {
      stop()
      unmount()
    }
  },
}

/**
 * Who is signed in, and how that changes. In a component of an app that has `authPlugin`; elsewhere (a module, a store, a
 * router guard) with the client: `useAuth(client)`, which also has the types of the client.
 *
 * @throws TypeError that says what is missing.
 */
export function useAuth<U = RegisteredUser, I extends object = SignIn>(client?: Client<U, I>): Auth<U, I> {
  const own = client ?? find<U, I>('useAuth')
  const { state: _, ...refs } = authRefs(own)
  const { signIn, signOut, adopt } = own
  return { ...refs, signIn, signOut, adopt }
}

/**
 * What the client does: `refreshing`, `degraded` (the auth server is unavailable) and so on. It changes with each refresh;
 * who is signed in does not depend on it.
 *
 * @throws TypeError that says what is missing.
 */
export function useClientState<U = User, I extends object = SignIn>(
  client?: Client<U, I>,
): Readonly<ShallowRef<ClientState>> {
  return authRefs(client ?? find<U, I>('useClientState')).state
}

/**
 * The client of the app: `useClient().fetch('/api/orders')`.
 *
 * @throws TypeError that says what is missing.
 */
export function useClient<C = RegisteredClient>(): C {
  return find('useClient') as C
}

function find<U, I extends object>(caller: string): Client<U, I> {
  const outside = `${caller}: call it in \`setup\`, or give it the client: \`${caller}(client)\`.`
  if (!hasInjectionContext()) throw new TypeError(caller === 'useClient' ? 'useClient: call it in `setup`.' : outside)
  const client = inject(key, undefined)
  if (!client)
    throw new TypeError(`${caller}: the app has no client. Write \`app.use(authPlugin, client)\` before it mounts.`)
  return client as unknown as Client<U, I>
}

function readOptions(options: AnyClient | AuthPluginOptions): AuthPluginOptions {
  if (isClient(options)) return { client: options }
  const { client, onSubjectChange: listener } = options ?? {}
  if (!isClient(client)) {
    throw new TypeError('authPlugin: expected what `createClient` returned, or `{ client, onSubjectChange }`.')
  }
  const unknown = unknownOption(options, ['client', 'onSubjectChange'])
  if (unknown) throw new TypeError(`authPlugin: ${unknown}`)
  if (listener !== undefined && typeof listener !== 'function') {
    throw new TypeError('authPlugin: `onSubjectChange` must be a function.')
  }
  return options
}

function isClient(value: object | undefined): value is AnyClient {
  return (value as Partial<Client> | undefined)?.[attachable] !== undefined
}
