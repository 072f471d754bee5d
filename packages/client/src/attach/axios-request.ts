import { onAbort } from '../wait.js'
import { type AttachableClient, attachable } from './attachable.js'
import {
  type AxiosConfig,
  type AxiosLike,
  type AxiosResponse,
  dispatch,
  resolveUrl,
  throwAxiosError,
} from './axios-library.js'
import { axiosResponseView } from './axios-response.js'

export type Sign = ((config: AxiosConfig) => unknown) | undefined

/** The error is there if `validateStatus` made one of the answer. */
type Outcome = readonly [answer: AxiosResponse, error?: Failed, cause?: Failed]
interface Failed {
  config?: AxiosConfig
}

/** Sends one request of axios: to the client's origins with its session, otherwise as it is. */
export function createSend(
  bare: AxiosLike,
  client: AttachableClient,
  sign: Sign,
): (config: AxiosConfig) => Promise<AxiosResponse> {
  const { config: options, replay } = client[attachable]

  /** Token and signature are set on a copy for this attempt, so that the application sees its own config. */
  async function attempt(config: AxiosConfig, accessToken?: string): Promise<Outcome> {
    // The constructor of axios 1.1 would take another instance for the name of a header.
    const headers = Object.assign(Object.create(Object.getPrototypeOf(config.headers)), config.headers)
    if (accessToken) headers.set(...options.backend.tokenHeader(accessToken), true)
    const attempted = { ...config, headers }
    await sign?.(attempted)
    const outcome = await dispatch(bare, attempted).then(
      (answer): Outcome => [answer],
      // The fetch adapter of 1.13.3 and 1.13.4 has the answer of an error in its cause alone, that of 1.8 on the config too.
      (error): Outcome => [error?.response ?? error?.cause?.response, error, error?.cause],
    )
    for (const one of outcome) if (one?.config) one.config = config
    if (outcome[0]) return outcome
    throw outcome[1]
  }

  function withSession(config: AxiosConfig, url: URL): Promise<Outcome> {
    const { method, signal, data, cancelToken } = config
    const abort = new AbortController()
    // Without a reason, because axios creates its own error.
    const cancel = () => abort.abort()
    const stop = onAbort(signal || abort.signal, cancel)
    cancelToken?.subscribe(cancel)
    const answered = replay({
      method: method.toUpperCase(),
      url: url.href,
      signal: abort.signal,
      // A file, a form or a large string would have to be uploaded twice after a refusal.
      large: !!data && !(data.length! < 1_000_000),
      send(accessToken, last) {
        // With a token, the last attempt is the second.
        if (accessToken && last && (data?.pipe ?? data?.tee)) throw new TypeError('A stream is not replayed.')
        return attempt(config, accessToken)
      },
      view: ([answer]) => axiosResponseView(answer),
    })
    return answered
      .catch((error) => throwAxiosError(bare, error, config))
      .finally(() => {
        stop()
        cancelToken?.unsubscribe(cancel)
      })
  }

  return async (config) => {
    const url = resolveUrl(bare, config)
    const ours =
      url && config.auth == null && options.origins.includes(url.origin) && !config.headers.has('Authorization')
    const [answer, error] = await (ours ? withSession(config, url) : attempt(config))
    if (error) throw error
    return answer
  }
}
