import { resolveReturnTo } from '@sessionward/protocol'
import { attachable } from '../attach/attachable.js'
import type { Client } from '../client.js'
import { RefreshUnavailableError } from '../errors.js'
import { handOver } from './hand-over.js'

/** Options of `attachPage`. */
export interface AttachPageOptions {
  /** `path` of the page guard. Default `/sessionward`. */
  readonly path?: string
}

/** The part of a client that a page needs. */
export type PageClient = Pick<Client, 'on' | 'subscribe' | 'token' | 'user' | typeof attachable>

/**
 * Keeps a page that the server has rendered in step with the session:
 *
 * - a refresh in this tab brings the new access token into the access cookie, so that the next visit needs no detour;
 * - a sign-out clears that cookie;
 * - a page that comes back from the back-forward cache is hidden until it is clear that the same person is signed in. If
 *   not, it is asked for again, by GET.
 *
 * @returns a function that detaches
 */
export function attachPage(client: PageClient, { path = '/sessionward' }: AttachPageOptions = {}): () => void {
  const address = `${path}/hand-over`
  const detached = new AbortController()
  let shown: string | undefined
  const recordUser = () => {
    if (client.user && !shown) shown = JSON.stringify(client.user)
  }
  const stops = [
    client.subscribe(recordUser),
    client.on('refresh', ({ by }) => {
      if (by === 'this-tab')
        void client
          .token()
          .then((token) => handOver(address, token))
          .catch(() => {})
    }),
    client.on('signout', ({ reason }) => {
      // A client that was destroyed has signed nobody out.
      if (reason !== 'destroyed') void handOver(address, undefined).catch(() => {})
    }),
  ]
  recordUser()
  addEventListener(
    'pageshow',
    ({ persisted }) => {
      if (persisted) void onReturn(client, () => shown)
    },
    { signal: detached.signal },
  )
  return () => {
    for (const stop of stops) stop()
    detached.abort()
  }
}

async function onReturn(client: PageClient, shown: () => string | undefined): Promise<void> {
  const { style } = document.documentElement
  const { visibility } = style
  style.visibility = 'hidden'
  if (await isSamePerson(client, shown())) style.visibility = visibility
  // By GET: `reload()` would ask to send a form again.
  else location.replace(location.href.split('#', 1)[0]!)
}

async function isSamePerson(client: PageClient, shown: string | undefined): Promise<boolean> {
  try {
    await client[attachable].wake()
    await client.token()
  } catch (error) {
    // Nobody was signed out; who it was is still known.
    if (!(error instanceof RefreshUnavailableError)) return false
  }
  return shown !== undefined && JSON.stringify(client.user) === shown
}

/**
 * Where the page of sign-in goes on to: `return_to` of its address, if that is a path of this site; everything else goes home.
 *
 * @param home Default `/`.
 * @returns an absolute address
 */
export function returnTo(home = '/'): string {
  return resolveReturnTo(new URLSearchParams(location.search).get('return_to'), { base: location.origin, home })
}
