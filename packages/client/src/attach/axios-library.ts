/**
 * The part of an axios instance that is used. Structural, so that every version from 1.1 fits.
 *
 * @external axios
 */
export interface AxiosLike {
  request(config: object): Promise<unknown>
  getUri(config?: object): string
  readonly interceptors: {
    readonly request: {
      // biome-ignore lint/suspicious/noExplicitAny: Each version has a type of its own for a config.
      use(onFulfilled: (config: any) => any, onRejected?: undefined, options?: { synchronous?: boolean }): number
      eject(id: number): void
    }
  }
}

/**
 * The part of a request's config that is used, as an adapter gets it: merged, and `data` as it is sent.
 *
 * @external axios
 */
export interface AxiosConfig {
  method: string
  url?: string | undefined
  baseURL?: string | undefined
  /** Text, bytes, a file, a form or a stream. */
  data?: { readonly length?: number; readonly pipe?: unknown; readonly tee?: unknown } | null | undefined
  params?: unknown
  /** The class `AxiosHeaders` of that version. */
  headers: {
    has(name: string): boolean
    set(name: string, value: string, rewrite?: boolean): unknown
  }
  auth?: unknown
  adapter?: unknown
  readonly signal?: AbortSignal
  readonly cancelToken?: { subscribe(listener: () => void): void; unsubscribe(listener: () => void): void }
}

/** The part of an answer that is used. Adapters of others leave out what is optional. */
export interface AxiosResponse {
  readonly status: number
  data: unknown
  readonly headers?: Readonly<Record<string, unknown>> | undefined
  /** In mini-programs. */
  readonly header?: Readonly<Record<string, unknown>> | undefined
  readonly request?: { readonly responseURL?: string } | undefined
  config?: AxiosConfig
}

// Nothing here imports axios: `bare` is an instance of the application's own copy, without interceptors and `baseURL`.

/** Calls the adapter of a config, which may be a function, a name or a list of both. */
export function dispatch(bare: AxiosLike, config: AxiosConfig): Promise<AxiosResponse> {
  const request = {
    // Called last before axios looks up the adapter, which so gets this config, and not a copy merged with defaults.
    transformRequest(this: object) {
      return Object.assign(this, config, { transformResponse: [] }).data
    },
  }
  return bare.request(request) as Promise<AxiosResponse>
}

/**
 * The URL of a config, or undefined if it is invalid; axios then reports the error. An absolute URL is used even if the config
 * forbids it, because axios 1.8 does the same.
 */
export function resolveUrl(bare: AxiosLike, config: AxiosConfig): URL | undefined {
  try {
    return new URL(bare.getUri({ ...config, allowAbsoluteUrls: true }), globalThis.document?.baseURI)
  } catch {
    return undefined
  }
}

/** Throws an `AxiosError` with an error of the client as its `cause`; other errors unchanged. */
export async function throwAxiosError(bare: AxiosLike, error: unknown, config: AxiosConfig): Promise<never> {
  // By name, since a page may load two copies of the class.
  const [, what, how] = /^(Signed|Session|Refresh)(.+)Error/.exec((error as Error)?.name) ?? []
  if (!how) throw error
  const code = `ERR_${what}_${how}`.toUpperCase()
  // In every version, what axios throws for an aborted signal descends from AxiosError.
  const canceled = await bare.request({ signal: { aborted: true } }).catch((reason) => reason)
  throw Object.getPrototypeOf(Object.getPrototypeOf(canceled)).constructor.from(error, code, config)
}
