import axios, { type AxiosInstance, type AxiosStatic, type CreateAxiosDefaults } from 'axios'
import { type AttachAxiosOptions, attachAxios } from '../../src/attach/axios.js'
import type { Backend } from '../../src/backend/backend.js'
import type { Client, ClientOptions } from '../../src/index.js'
import type { TestTab } from './browser.js'
import { type CodesBackend, codesBackend } from './codes-backend.js'
import { headerOf, type RecordingApi, startRecordingApi } from './recording-api.js'
import { problem, type World } from './world.js'

export interface AttachedOptions extends AttachAxiosOptions {
  readonly axios?: AxiosStatic
  readonly defaults?: CreateAxiosDefaults
  readonly client?: Partial<ClientOptions>
}

export interface Attached {
  readonly tab: TestTab
  readonly client: Client
  readonly api: RecordingApi
  readonly instance: AxiosInstance
  /** The same instance, without a session. */
  readonly bare: AxiosInstance
  readonly detach: () => void
  /** Refuses the present access token from now on. */
  expire(): Promise<void>
}

/** A signed-in client that is attached to an axios instance, and a business server that knows which tokens are good. */
export async function openAttached(world: World, options: AttachedOptions = {}): Promise<Attached> {
  const { axios: library = axios, defaults, client: clientOptions, ...attachOptions } = options
  const api = await startRecordingApi()
  const tab = await world.openSignedIn({ origins: [api.origin], ...clientOptions })
  const { client } = tab
  const refused = new Set<string>()
  api.answer = (call) =>
    refused.has(headerOf(call, 'authorization') ?? '') ? problem(401, 'access_token_expired', 'refresh') : undefined
  const create = () => library.create({ baseURL: api.origin, ...defaults })
  const instance = create()
  const detach = attachAxios(instance, client, attachOptions)
  return {
    tab,
    client,
    api,
    instance,
    bare: create(),
    detach,
    expire: async () => void refused.add(`Bearer ${await client.token()}`),
  }
}

/** The same with a backend of codes in HTTP 200 and a token header of its own; the first access token has expired. */
export async function openWithCodes(
  world: World,
  { backend: overrides, ...options }: AttachedOptions & { readonly backend?: Partial<Backend> } = {},
): Promise<Attached & { readonly backend: CodesBackend }> {
  const backend = codesBackend(overrides)
  const attached = await openAttached(world, { ...options, client: { server: backend, ...options.client } })
  const expired = backend.current
  const { api } = attached
  api.answer = (call) => (headerOf(call, 'accessToken') === expired ? { body: { code: 10415 } } : undefined)
  return { ...attached, backend }
}
