/** The part of an axios instance that is used. Structural, so that every version from 1.1 fits. */
export interface AxiosLike {
  create(defaults?: object): AxiosLike
  request(config: object): Promise<unknown>
  getUri(config?: object): string
  readonly interceptors: {
    readonly request: {
      use(onFulfilled: (config: never) => never, onRejected: null, options: { readonly synchronous: boolean }): number
      eject(id: number): void
    }
  }
}

/** The part of a request's config that is used, as an adapter gets it: merged, and `data` as it is sent. */
export interface AxiosConfig {
  method?: string | undefined
  url?: string | undefined
  baseURL?: string | undefined
  allowAbsoluteUrls?: boolean | undefined
  data?: unknown
  params?: unknown
  /** The class `AxiosHeaders` of that version. */
  headers: { set(name: string, value: string, rewrite?: boolean): unknown }
  auth?: unknown
  adapter?: unknown
  readonly signal?: Pick<AbortSignal, 'aborted'> & Partial<AbortSignal>
  readonly cancelToken?: { subscribe(listener: () => void): void; unsubscribe(listener: () => void): void }
}

/** The part of an answer that is used. Adapters of others leave out what is optional. */
export interface AxiosAnswer {
  readonly status: number
  data: unknown
  readonly headers?: object | undefined
  /** In mini-programs. */
  readonly header?: object | undefined
  readonly request?: { readonly responseURL?: string; readonly res?: { readonly responseUrl?: string } } | undefined
  config?: AxiosConfig
}

/** What only the application's own copy of axios can do. It is reached through an instance, so nothing imports axios. */
export interface AxiosLibrary {
  /** Calls the adapter of a config, which may be a name or a list of names. */
  send(config: AxiosConfig): Promise<AxiosAnswer>
  /** Where a config leads, without its `params`. Undefined: axios will say what is wrong with it. */
  locate(config: AxiosConfig, base: string | undefined): URL | undefined
  /** An `AxiosError` whose `cause` is the error. */
  wrap(error: Error, code: string, config: AxiosConfig): Promise<Error>
}

export function axiosLibrary(instance: AxiosLike): AxiosLibrary {
  // Without the application's interceptors.
  const bare = instance.create()
  return {
    async send(config) {
      const { adapter, method, url } = config
      if (typeof adapter === 'function') return await adapter(config)
      const transformResponse: never[] = []
      // Called last before axios resolves the names: the adapter gets this config, and not a copy merged with defaults.
      const transformRequest = function (this: Record<string, unknown>) {
        for (const name of Object.keys(this)) delete this[name]
        Object.assign(this, config, { transformResponse })
        return config.data
      }
      return (await bare.request({ method, url, adapter, transformRequest, transformResponse })) as AxiosAnswer
    },
    locate({ url, baseURL = '', allowAbsoluteUrls }, base) {
      try {
        const paramsSerializer = { serialize: () => '' }
        return new URL(bare.getUri({ url, baseURL, allowAbsoluteUrls, paramsSerializer }), base)
      } catch {
        return undefined
      }
    },
    async wrap(error, code, config) {
      // In every version, what axios throws for an aborted signal descends from AxiosError.
      const canceled = await bare.request({ url: '/', signal: { aborted: true } }).catch((reason) => reason)
      return Object.getPrototypeOf(Object.getPrototypeOf(canceled)).constructor.from(error, code, config)
    },
  }
}
