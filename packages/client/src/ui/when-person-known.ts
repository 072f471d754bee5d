import { attachable } from '../attach/attachable.js'
import { authSnapshots } from './auth-snapshot.js'
import type { WatchedClient } from './subject-change.js'

/** Maximum time that a page waits for the auth server to say who is signed in, in milliseconds. */
const maxWait = 5000

interface Wait {
  readonly over: Promise<void>
  isOver: boolean
}

/** By client, not by component: React forgets a component that has not been shown yet, and would begin anew. */
const waits = new WeakMap<object, Wait>()

/**
 * @returns while it is not known who is signed in, a promise that is fulfilled when it is, or five seconds after the first
 * call. Nothing afterwards, and nothing on a server, which learns nothing by waiting.
 */
export function whenPersonKnown(client: WatchedClient<unknown>): Promise<void> | undefined {
  const isKnown = authSnapshots(client).current().status !== 'unknown'
  if (isKnown || client[attachable].config.environment.page === undefined) return undefined
  const wait = waits.get(client) ?? createWait(client)
  waits.set(client, wait)
  return wait.isOver ? undefined : wait.over
}

function createWait(client: WatchedClient<unknown>): Wait {
  const over = new Promise<void>((resolve) => {
    const end = () => {
      wait.isOver = true
      cancel()
      stop()
      resolve()
    }
    const cancel = client[attachable].config.environment.after(maxWait, end)
    const stop = authSnapshots(client).subscribe(end)
  })
  const wait = { over, isOver: false }
  return wait
}
