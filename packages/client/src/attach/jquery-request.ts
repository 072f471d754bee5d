import { type AttachableClient, attachable } from './attachable.js'
import { jqueryView } from './jquery-answer.js'
import type { JQueryAnswer, JQuerySettings, JQueryXhr, Transport, TransportFactory } from './jquery-library.js'

/** Changes the headers of one attempt. */
export type SignHeaders = ((headers: Record<string, string>, settings: JQuerySettings) => unknown) | undefined

/** Makes the transports of calls to the client's origins, over those `below`. */
export function createTransports(
  below: TransportFactory,
  client: AttachableClient,
  sign: SignHeaders,
): TransportFactory {
  const { config, replay } = client[attachable]

  function locate({ url, username, sessionward }: JQuerySettings): URL | undefined {
    try {
      const located = new URL(url, document.baseURI)
      const ours = config.origins.includes(located.origin) && username == null && sessionward !== false
      return ours ? located : undefined
    } catch {
      // jQuery will say what is wrong with it.
      return undefined
    }
  }

  return (settings, original, jqXHR) => {
    // Scripts, those of JSONP too, carry no header.
    if (settings.dataTypes.includes('script') || !locate(settings)) return undefined
    const { timeout } = settings
    // jQuery's own timer would count the time that the call waits for a token, or for a person.
    settings.timeout = 0
    const abort = new AbortController()
    const { signal } = abort
    let current: Transport | undefined
    let xhr: XMLHttpRequest | undefined

    function attempt(headers: Record<string, string>, complete: (...answer: JQueryAnswer) => void) {
      const { timeout } = settings
      const timer = timeout! > 0 && setTimeout(() => jqXHR.abort('timeout'), timeout)
      current = below({ ...settings, xhr: () => (xhr = settings.xhr()) }, original, jqXHR)!
      current.send(headers, (...answer) => {
        clearTimeout(timer as never)
        complete(...answer)
      })
    }

    /** Token and signature are for this attempt. */
    async function sendOnce(callHeaders: Record<string, string>, accessToken?: string): Promise<JQueryAnswer> {
      const headers = { ...callHeaders }
      if (accessToken) {
        const [name, value] = config.backend.tokenHeader(accessToken)
        for (const key in headers) if (isSame(key, name)) delete headers[key]
        headers[name] = value
      }
      await sign?.(headers, settings)
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject()
        signal.addEventListener('abort', reject)
        attempt(headers, (...answer) => resolve(answer))
      })
    }

    function withSession(headers: Record<string, string>, url: URL): Promise<JQueryAnswer> {
      const { data } = settings
      return replay({
        method: settings.type,
        url: url.href,
        signal,
        // A file or a form, or much text: a refusal at its end would cost the time twice.
        large: !!data && !(data.length! < 1_000_000),
        send: (accessToken) => sendOnce(headers, accessToken),
        view: (answer) => jqueryView(answer, xhr?.responseURL ?? '', url),
      }).catch((error): JQueryAnswer => {
        // By name, since a page may load two copies of the class.
        if (/^(Signed|Session|Refresh)/.test(error?.name)) jqXHR.sessionwardError = error
        return [-1, error]
      })
    }

    return {
      send(headers, complete) {
        // What `ajaxSend` has set is jQuery's to keep.
        settings.timeout ||= timeout
        const url = locate(settings)
        // Decided again: `ajaxSend` may have changed the address.
        if (!url || Object.keys(headers).some((name) => isSame(name, 'Authorization'))) return attempt(headers, complete)
        if (!settings.async) throw new TypeError(noSync)
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

const noSync =
  '`async: false` cannot wait for a token. Make the call asynchronous, or `sessionward: false` if it needs no session.'

function isSame(name: string, other: string): boolean {
  return name.toLowerCase() === other.toLowerCase()
}
