'use client'

import type { User } from '@sessionward/protocol'
import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useSyncExternalStore,
} from 'react'
import { attachable } from '../attach/attachable.js'
import type { Client } from '../client.js'
import type { ClientState } from '../session.js'
import type { AuthSnapshot } from './auth-snapshot.js'
import { type AuthView, authView } from './auth-view.js'
import type { SubjectChange, WatchedClient } from './subject-change.js'
import { whenPersonKnown } from './when-person-known.js'

export type { AuthSnapshot } from './auth-snapshot.js'
export type { SubjectChange } from './subject-change.js'

/**
 * Names the client of your application, so that the hooks have its types:
 * `declare module '@sessionward/client/react' { interface Register { client: typeof client } }`.
 */
// biome-ignore lint/suspicious/noEmptyInterface: an application adds to it.
export interface Register {}

/** The client that the application has registered. Default: `Client`. */
export type RegisteredClient = Register extends { readonly client: infer C extends { readonly user: unknown } }
  ? C
  : Client

/** Its person. Default: `User`, the members of which are unknown. */
export type RegisteredUser = Register extends { readonly client: unknown }
  ? NonNullable<RegisteredClient['user']>
  : User

/** Props of `AuthProvider`. */
export interface AuthProviderProps<U = RegisteredUser> {
  /** What `createClient` returns. */
  readonly client: WatchedClient<U>
  /**
   * Called once whenever the person who was signed in goes or another one takes their place, before a request of the next
   * one is sent: clear what you have cached of the person.
   */
  readonly onSubjectChange?: ((change: SubjectChange<U>) => void) | undefined
  /**
   * The person for whom a server renders the page, and the browser hydrates it, until the client knows who is signed in.
   * Default: nobody is known.
   */
  readonly initialUser?: U | undefined
  /** The part of the application that uses the client. */
  readonly children?: ReactNode
}

const context = createContext<AuthView<unknown> | undefined>(undefined)

/**
 * Gives the components below it a client. It neither makes nor destroys the client, so React may mount it as often as it
 * likes.
 *
 * @throws TypeError if `client` is no client.
 */
export function AuthProvider<U = RegisteredUser>(props: AuthProviderProps<U>): ReactElement {
  const { client, onSubjectChange, initialUser, children } = props
  // biome-ignore lint/correctness/useExhaustiveDependencies: who was rendered first stays who was rendered first.
  const view = useMemo(() => authView(requireClient(client), initialUser), [client])
  const latestListener = useRef(onSubjectChange)
  useEffect(() => {
    latestListener.current = onSubjectChange
  })
  useEffect(() => view.onSubjectChange((change) => latestListener.current?.(change)), [view])
  return createElement(context.Provider, { value: view as AuthView<unknown> }, children)
}

/**
 * Who is signed in. Renders when that changes, and not when a token is refreshed or the auth server is unavailable.
 *
 * @throws TypeError outside of `AuthProvider`.
 */
export function useAuth<U = RegisteredUser>(): AuthSnapshot<U> {
  const { subscribe, current, first } = useView('useAuth') as AuthView<U>
  return useSyncExternalStore(subscribe, current, first)
}

/**
 * `useAuth` for a component inside `<Suspense>`: suspends until it is known who is signed in, for 5 seconds at most. Then
 * the status may be `unknown`: the auth server cannot be reached. It never suspends again.
 *
 * @throws TypeError outside of `AuthProvider`.
 */
export function useSuspenseAuth<U = RegisteredUser>(): AuthSnapshot<U> {
  const { client } = useView('useSuspenseAuth')
  const snapshot = useAuth<U>()
  const wait = snapshot.status === 'unknown' && whenPersonKnown(client)
  // React's own protocol of Suspense, in 18 and 19 alike.
  if (wait) throw wait
  return snapshot
}

/** The client. @throws TypeError outside of `AuthProvider`. */
export function useClient<C = RegisteredClient>(): C {
  return useView('useClient').client as C
}

/**
 * What the client does: `refreshing`, `degraded` and so on, for an indicator. Renders at every refresh.
 *
 * @throws TypeError outside of `AuthProvider`.
 */
export function useClientState(): ClientState {
  const { client } = useView('useClientState')
  return useSyncExternalStore(client.subscribe, () => client.state, unknownState)
}

const unknownState = () => 'unknown' as const

function useView(hook: string): AuthView<unknown> {
  const view = useContext(context)
  if (view) return view
  throw new TypeError(`${hook}: there is no <AuthProvider client={client}> above this component.`)
}

function requireClient<U>(client: WatchedClient<U>): WatchedClient<U> {
  if (client?.[attachable]) return client
  throw new TypeError('AuthProvider: `client` must be what createClient returns.')
}
