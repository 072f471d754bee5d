import { attachable } from '../attach/attachable.js'
import { authSnapshots } from './auth-snapshot.js'
import type { WatchedClient } from './subject-change.js'

/** Milliseconds that a page waits at most for the auth server to say who is signed in. */
const longestWait = 5000

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
export function personWait(client: WatchedClient<unknown>): Promise<void> | undefined {
  const isKnown = authSnapshots(client).current().status !== 'unknown'
  if (isKnown || client[attachable].config.environment.page === undefined) return undefined
  const wait = waits.get(client) ?? startWait(client)
  waits.set(client, wait)
  return wait.isOver ? undefined : wait.over
}

function startWait(client: WatchedClient<unknown>): Wait {
  const { promise, resolve } = deferred()
  const wait = { over: promise, isOver: false }
  const end = () => {
    wait.isOver = true
    cancel()
    stop()
    resolve()
  }
  const cancel = client[attachable].config.environment.after(longestWait, end)
  const stop = authSnapshots(client).subscribe(end)
  return wait
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
