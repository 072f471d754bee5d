import { responseView } from './backend/response-view.js'
import type { ClientConfig } from './config.js'
import type { Replay } from './request-replay.js'

/** `fetch` for the requests of {@link Replay}. */
export function authenticatedFetch(
  config: ClientConfig,
  replay: Replay,
): (input: RequestInfo | URL, init?: RequestInit) => Promise<Response> {
  return async (input, init) => {
    // Read anew for each request: another call of `createClient` may have changed `origins`.
    const { environment, origins, backend } = config
    const request = new Request(input, init)
    const { method, url, signal, headers } = request
    if (!origins.includes(new URL(url).origin) || headers.has('Authorization')) return environment.fetch(request)
    let answer: Response | undefined
    return replay({
      method,
      url,
      signal,
      async send(accessToken, last) {
        void answer?.body?.cancel()
        // A body can be read once, so a copy is sent first and the original kept for the replay.
        const sent = last ? request : request.clone()
        if (accessToken) sent.headers.set(...backend.tokenHeader(accessToken))
        answer = await environment.fetch(sent)
        return answer
      },
      view: responseView,
    })
  }
}
