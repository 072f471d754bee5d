import { attachable } from '../attach/attachable.js'
import { authSnapshots } from './auth-snapshot.js'
import type { WatchedClient } from './subject-change.js'

/** Maximum time that a page waits for the auth server to say who is signed in, in milliseconds. */
const maxWait = 5000

/**
 * By client, not by component: React forgets a component that has not been shown yet, and would begin anew. Undefined once the
 * wait is over.
 */
const waits = new WeakMap<object, Promise<void> | undefined>()

/**
 * @returns while it is not known who is signed in, a promise that is fulfilled when it is, or five seconds after the first
 * call. Nothing afterwards, and nothing on a server, which learns nothing by waiting.
 */
export function whenPersonKnown(client: WatchedClient<unknown>): Promise<void> | undefined {
  const isKnown = authSnapshots(client).current().status !== 'unknown'
  if (isKnown || client[attachable].config.environment.page === undefined) return undefined
  if (!waits.has(client)) waits.set(client, wait(client))
  return waits.get(client)
}

function wait(client: WatchedClient<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      waits.set(client, undefined)
      cancel()
      stop()
      resolve()
    }
    const cancel = client[attachable].config.environment.after(maxWait, end)
    const stop = authSnapshots(client).subscribe(end)
  })
}
