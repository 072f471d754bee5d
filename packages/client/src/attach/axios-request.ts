import { type AttachableClient, attachable } from './attachable.js'
import { axiosView, isStream } from './axios-answer.js'
import type { AxiosAnswer, AxiosConfig, AxiosLibrary } from './axios-library.js'

/** An answer, and the error if `validateStatus` made one of it. */
interface Outcome {
  readonly answer: AxiosAnswer
  readonly error?: unknown
}

/** More takes long to send: a refusal at its end would cost that time twice. */
const largeBody = 1_000_000

/** Sends one request of axios: to the client's origins with its session, otherwise as it is. */
export function createSend(
  library: AxiosLibrary,
  client: AttachableClient,
  sign: ((config: AxiosConfig) => unknown) | undefined,
): (config: AxiosConfig) => Promise<AxiosAnswer> {
  const { config: options, replay } = client[attachable]

  /** The header and the signature are for this attempt: the application never sees them in `config`. */
  async function attempt(config: AxiosConfig, header?: readonly [name: string, value: string]): Promise<Outcome> {
    const headers = copyOf(config.headers)
    if (header) headers.set(...header, true)
    const signed = { ...config, headers }
    await sign?.(signed)
    return await outcomeOf(library.send(signed), config)
  }

  async function withSession(config: AxiosConfig, url: URL): Promise<Outcome> {
    const { data, method = 'get' } = config
    const { signal, stop } = signalOf(config)
    let last: Outcome | undefined
    try {
      return await replay({
        method: method.toUpperCase(),
        url: url.href,
        signal,
        large: sizeOf(data) > largeBody,
        async send(accessToken) {
          if (last) discard(last.answer.data)
          if (last && isStream(data)) throw new BodyUsedError()
          last = await attempt(config, accessToken ? options.backend.tokenHeader(accessToken) : undefined)
          return last
        },
        view: ({ answer }) => axiosView(answer, url),
      })
    } finally {
      stop()
    }
  }

  return async (config) => {
    const url = library.locate(config, globalThis.document?.baseURI ?? options.environment.page)
    try {
      const ours = url && options.origins.includes(url.origin) && !hasOwnCredentials(config)
      const { answer, error } = await (ours ? withSession(config, url) : attempt(config))
      if (error) throw error
      return answer
    } catch (error) {
      const code = codeOf(error)
      throw code ? await library.wrap(error as Error, code, config) : error
    }
  }
}

/** The body is a stream, and the request had to be sent again. */
class BodyUsedError extends Error {
  override readonly name = 'BodyUsedError'

  constructor() {
    super(
      'The access token was refused, and the body is a stream, which cannot be sent twice: send a Blob or a Buffer.',
    )
  }
}

/** `ERR_SIGNED_OUT` of a SignedOutError. By name, since a page may load two copies of its class. */
function codeOf(error: unknown): string | undefined {
  const { name } = (error ?? {}) as Partial<Error>
  const known = /^(SignedOut|SessionChanged|RefreshUnavailable|RefreshRefused|BodyUsed)Error$/.exec(name ?? '')
  return known?.[1]
    ?.replace(/(?=[A-Z])/g, '_')
    .toUpperCase()
    .replace(/^_?/, 'ERR_')
}

/** A copy of the same class. The constructor of axios 1.1 would take another instance for the name of a header. */
function copyOf<T extends object>(headers: T): T {
  return Object.assign(Object.create(Object.getPrototypeOf(headers)), headers)
}

function hasOwnCredentials({ auth, headers }: AxiosConfig): boolean {
  return auth != null || Object.keys(headers).some((name) => /^authorization$/i.test(name))
}

/** What a request that failed learned is put back to the config of the application, as if there had been no attempts. */
async function outcomeOf(sending: Promise<AxiosAnswer>, config: AxiosConfig): Promise<Outcome> {
  const restore = (one: { config?: AxiosConfig } | undefined) => {
    if (one?.config) one.config = config
  }
  try {
    const answer = await sending
    restore(answer)
    return { answer }
  } catch (error) {
    const failure = (error ?? {}) as {
      response?: AxiosAnswer
      cause?: { response?: AxiosAnswer }
      config?: AxiosConfig
    }
    // The fetch adapter of 1.13.3 and 1.13.4 has the answer only there.
    const answer = failure.response ?? failure.cause?.response
    restore(failure)
    restore(answer)
    if (!answer) throw error
    return { answer, error }
  }
}

/** Comes when `signal` or `cancelToken` of a request comes. */
function signalOf({ signal, cancelToken }: AxiosConfig): { readonly signal: AbortSignal; stop(): void } {
  const abort = new AbortController()
  // Of what reason does not matter: axios makes its own error of an aborted request.
  const cancel = () => abort.abort()
  signal?.addEventListener?.('abort', cancel)
  cancelToken?.subscribe(cancel)
  return {
    signal: abort.signal,
    stop() {
      signal?.removeEventListener?.('abort', cancel)
      cancelToken?.unsubscribe(cancel)
    },
  }
}

/** Bytes of a body; text counts by its characters, and nobody knows of a stream. */
function sizeOf(data: unknown): number {
  if (isStream(data)) return Number.POSITIVE_INFINITY
  const parts: unknown[] = data instanceof FormData ? [...data.values()] : [data]
  return parts.reduce<number>((sum, part) => {
    const { length, size = length, byteLength = size } = (part ?? {}) as Partial<Blob & ArrayBuffer & string>
    return sum + (byteLength ?? 0)
  }, 0)
}

/** Ends an answer that nobody reads, so that its connection is free. */
function discard(data: unknown): void {
  const stream = data as { destroy?(): void; cancel?(): Promise<void> } | null | undefined
  if (isStream(data)) void (stream?.destroy ? stream.destroy() : stream?.cancel?.())
}
