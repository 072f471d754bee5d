import { type AttachableClient, attachable } from './attachable.js'
import type { JQueryResponse, JQuerySettings, Transport, TransportFactory } from './jquery-library.js'
import { jqueryResponseView } from './jquery-response.js'

/** Changes the headers of one attempt. */
export type SignHeaders = ((headers: Record<string, string>, settings: JQuerySettings) => unknown) | undefined

/** Creates transports for calls to the client's origins. They send with the transport of `nextTransport`. */
export function createTransports(
  nextTransport: TransportFactory,
  client: AttachableClient,
  sign: SignHeaders,
): TransportFactory {
  const { config, replay } = client[attachable]

  function resolveUrl({ url, username, sessionward }: JQuerySettings): URL | undefined {
    try {
      const located = new URL(url, document.baseURI)
      if (config.origins.includes(located.origin) && !username && sessionward !== false) return located
    } catch {
      // jQuery will say what is wrong with it.
    }
    return undefined
  }

  return (settings, original, jqXHR) => {
    // Scripts, those of JSONP too, carry no header.
    if (settings.dataTypes.includes('script') || !resolveUrl(settings)) return undefined
    const { timeout } = settings
    // jQuery's own timer would count the time that the call waits for a token, or for a person.
    settings.timeout = 0
    const abort = new AbortController()
    const { signal } = abort
    let current: Transport | undefined
    let xhr: XMLHttpRequest | undefined

    function attempt(headers: Record<string, string>, complete: (...answer: JQueryResponse) => void) {
      const { timeout } = settings
      const timer = timeout! > 0 && setTimeout(() => jqXHR.abort('timeout'), timeout)
      current = nextTransport({ ...settings, xhr: () => (xhr = settings.xhr()) }, original, jqXHR)!
      current.send(headers, (...answer) => {
        clearTimeout(timer as never)
        complete(...answer)
      })
    }

    function withSession(callHeaders: Record<string, string>, url: URL): Promise<JQueryResponse> {
      const { type, data } = settings
      return replay({
        method: type,
        url: url.href,
        signal,
        // A file, a form or a large string would have to be uploaded twice after a refusal.
        large: !!data && !(data.length! < 1_000_000),
        async send(accessToken) {
          // Token and signature are for this attempt.
          const headers = { ...callHeaders }
          if (accessToken) {
            const [name, value] = config.backend.tokenHeader(accessToken)
            delete headers[findHeaderName(headers, name)!]
            headers[name] = value
          }
          await sign?.(headers, settings)
          signal.throwIfAborted()
          return new Promise<JQueryResponse>((resolve, reject) => {
            signal.onabort = reject
            attempt(headers, (...answer) => resolve(answer))
          })
        },
        view: (answer) => jqueryResponseView(answer, xhr?.responseURL),
      }).catch((error): JQueryResponse => {
        // By name, since a page may load two copies of the class.
        if (/^(Signed|Session|Refresh)/.test(error?.name)) jqXHR.sessionwardError = error
        return [-1, error]
      })
    }

    return {
      send(headers, complete) {
        // What `ajaxSend` has set is jQuery's to keep.
        settings.timeout ||= timeout
        // Resolved again, because `ajaxSend` may have changed the URL.
        const url = resolveUrl(settings)
        if (!url || findHeaderName(headers, 'Authorization')) return attempt(headers, complete)
        if (!settings.async) throw new TypeError(syncMessage)
        void withSession(headers, url).then((answer) =>
          // A callback that throws does so where nothing catches it, as it does without a session.
          queueMicrotask(() => complete(...answer)),
        )
      },
      abort() {
        abort.abort()
        current?.abort()
      },
    }
  }
}

const syncMessage = '`async: false` cannot wait for a token. `sessionward: false` sends without one.'

/** The existing name of a header, in any case. */
function findHeaderName(headers: Record<string, string>, name: string): string | undefined {
  return Object.keys(headers).find((key) => key.toLowerCase() === name.toLowerCase())
}
