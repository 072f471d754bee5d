import { onScopeDispose, readonly, ref } from 'vue'
import { client } from './api.js'

/** Scopes of the access token. What a page shows by them is a courtesy: the guard decides. */
export async function readScope(): Promise<readonly string[]> {
  const [, payload = ''] = (await client.token()).split('.')
  const { scope = '' } = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as { scope?: string }
  return scope.split(' ')
}

/** Follows each refresh: a role that is given or taken away arrives with one. */
export function useScope() {
  const scope = ref<readonly string[]>([])
  const read = async () => {
    scope.value = await readScope().catch(() => [])
  }
  void read()
  onScopeDispose(client.on('refresh', read))
  onScopeDispose(client.on('signout', read))
  return readonly(scope)
}
