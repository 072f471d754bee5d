import { type AttachableClient, attachable } from './attachable.js'
import { axiosView } from './axios-answer.js'
import {
  type AxiosAnswer,
  type AxiosConfig,
  type AxiosLike,
  dispatch,
  locate,
  throwAxiosError,
} from './axios-library.js'

export type Sign = ((config: AxiosConfig) => unknown) | undefined

/** The error is there if `validateStatus` made one of the answer. */
type Outcome = readonly [answer: AxiosAnswer, error?: Failed, cause?: Failed]
interface Failed {
  config?: AxiosConfig
}

/** Sends one request of axios: to the client's origins with its session, otherwise as it is. */
export function createSend(
  bare: AxiosLike,
  client: AttachableClient,
  sign: Sign,
): (config: AxiosConfig) => Promise<AxiosAnswer> {
  const { config: options, replay } = client[attachable]

  /** Token and signature are for this attempt: what the application gets to see is the config as it was. */
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
    if (!outcome[0]) throw outcome[1]
    return outcome
  }

  function withSession(config: AxiosConfig, url: URL): Promise<Outcome> {
    const { data, method, signal, cancelToken } = config
    const abort = new AbortController()
    // The reason does not matter: axios makes an error of its own of it.
    const cancel = () => abort.abort()
    signal?.addEventListener('abort', cancel)
    cancelToken?.subscribe(cancel)
    const answered = replay({
      method: method.toUpperCase(),
      url: url.href,
      signal: abort.signal,
      // A file or a form, or much text: a refusal at its end would cost the time twice.
      large: !!data && !(data.length! < 1_000_000),
      send(accessToken, last) {
        // With a token, the last attempt is the second.
        if (accessToken && last && (data?.pipe ?? data?.tee)) throw new TypeError('A stream is not replayed.')
        return attempt(config, accessToken)
      },
      view: ([answer]) => axiosView(answer, url),
    })
    return answered
      .catch((error) => throwAxiosError(bare, error, config))
      .finally(() => {
        signal?.removeEventListener('abort', cancel)
        cancelToken?.unsubscribe(cancel)
      })
  }

  return async (config) => {
    const url = locate(bare, config)
    const { auth, headers } = config
    const ours = url && options.origins.includes(url.origin) && auth == null && !headers.has('Authorization')
    const [answer, error] = await (ours ? withSession(config, url) : attempt(config))
    if (error) throw error
    return answer
  }
}
