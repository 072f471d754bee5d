import { type ComputedRef, computed, type ShallowRef, shallowRef } from 'vue'
import { attachable } from '../attach/attachable.js'
import type { Client } from '../client.js'
import type { SignOutReason } from '../errors.js'
import type { ClientState } from '../session.js'
import { type AuthSnapshot, snapshotReader } from './auth-snapshot.js'
import { scopeOfToken } from './scope.js'
import { notifySubjectChange } from './subject-change.js'

/** The refs of a client. They are read-only. */
export interface AuthRefs<U> {
  /** Whether somebody is signed in. */
  readonly status: ComputedRef<AuthSnapshot<U>['status']>
  /** Who is signed in; undefined if nobody is. */
  readonly user: ComputedRef<U | undefined>
  /** Why nobody is signed in, or why the person must sign in again. */
  readonly reason: ComputedRef<SignOutReason | undefined>
  /**
   * For `:key`: it changes when another person takes the place of the one before, so that nothing that components have kept
   * is shown to them. The same through refreshes, and after a sign-out.
   */
  readonly key: ComputedRef<string>
  /** What the person may do, as the access token says. Empty: nothing, or it is not known. */
  readonly scope: ComputedRef<readonly string[]>
}

interface Watched<U> extends AuthRefs<U> {
  readonly state: Readonly<ShallowRef<ClientState>>
}

const all = new WeakMap<object, Watched<never>>()

/** The refs of a client: one set for all that use it, which goes with the client. */
export function authRefs<U, I extends object>(client: Client<U, I>): Watched<U> {
  const known = (all.get(client) as Watched<U> | undefined) ?? watch(client)
  all.set(client, known as Watched<never>)
  return known
}

function watch<U, I extends object>(client: Client<U, I>): Watched<U> {
  const current = snapshotReader<U>(client)
  const ownerNow = () => (client.state === 'unknown' ? undefined : client[attachable].session.owner)
  // As a string, since each access token brings it anew.
  const scopeNow = () => scopeOfToken(client)?.join(' ') ?? ''
  const snapshot = shallowRef(current())
  const state = shallowRef(client.state)
  const key = shallowRef(ownerNow() ?? '')
  const scope = shallowRef(scopeNow())
  client.subscribe(() => {
    // The application clears its caches first, and then renders.
    notifySubjectChange(client)
    snapshot.value = current()
    state.value = client.state
    key.value = ownerNow() ?? key.value
    scope.value = scopeNow()
  })
  return {
    status: computed(() => snapshot.value.status),
    user: computed(() => snapshot.value.user),
    reason: computed(() => snapshot.value.reason),
    key: computed(() => key.value),
    scope: computed(() => scope.value.split(' ').filter(Boolean)),
    state,
  }
}
