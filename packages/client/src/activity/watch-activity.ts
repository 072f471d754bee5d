import { attachable } from '../attach/attachable.js'
import type { ClientConfig } from '../config.js'
import type { ActivityClient, ClientActivity, RefreshActivity, RequestActivity } from './activity.js'
import { watchRefreshes } from './watch-refreshes.js'
import { watchRequests } from './watch-requests.js'

export type { ActivityClient, ClientActivity, RefreshActivity, RequestActivity } from './activity.js'

type Listeners = NonNullable<ClientConfig['activityListeners']>

/**
 * Calls the listener for each step of the client's requests, and of the refreshes of this tab: for timelines, developer tools and
 * telemetry. Not reported are requests to other origins than the client's, and those that were made before the first call. What
 * the listener throws becomes an unhandled rejection.
 *
 * @returns a function that removes the listener
 * @throws TypeError if the client is not what `createClient` returned, or the listener is not a function
 */
export function watchActivity(client: ActivityClient, listener: (activity: ClientActivity) => void): () => void {
  if (!client?.[attachable]) throw new TypeError('watchActivity: expected what `createClient` returned.')
  if (typeof listener !== 'function') throw new TypeError('watchActivity: `listener` must be a function (activity).')
  const { config } = client[attachable]
  config.activityListeners ??= instrument(client)
  const listeners = config.activityListeners
  const entry = { call: listener }
  listeners.add(entry)
  return () => void listeners.delete(entry)
}

/** Once for a client, however many listen. */
function instrument(client: ActivityClient): Listeners {
  const listeners: Listeners = new Set()
  const { config } = client[attachable]
  const report = (step: RequestActivity | RefreshActivity) => {
    const activity: ClientActivity = { ...step, at: performance.timeOrigin + config.environment.monotonic() }
    // A listener that throws must not break the request.
    for (const { call } of [...listeners]) void (async () => call(activity as never))()
  }
  watchRefreshes(config.backend, report)
  watchRequests(client, report, () => listeners.size > 0)
  return listeners
}
