import { onScopeDispose, readonly, shallowReactive } from 'vue'
import { client, type Person } from './api.js'

/** PLACEHOLDER until @sessionward/client/vue. */
export function useAuth() {
  const read = () => {
    const { state, user, reason } = client
    if (state === 'unknown') return { status: 'unknown' as const, user: undefined, reason: undefined }
    if (state === 'anonymous') return { status: 'signed-out' as const, user: undefined, reason }
    return { status: 'signed-in' as const, user: user as Person, reason: undefined }
  }
  const auth = shallowReactive<{ status: string; user: Person | undefined; reason: string | undefined }>(read())
  onScopeDispose(client.subscribe(() => Object.assign(auth, read())))
  return readonly(auth)
}
