import axios, { type AxiosInstance, type AxiosStatic, type CreateAxiosDefaults } from 'axios'
import { type AttachAxiosOptions, attachAxios } from '../../src/attach/axios.js'
import type { Client, ClientOptions } from '../../src/index.js'
import type { TabFacts, TestTab } from './browser.js'
import { headerOf, type RecordingApi, startRecordingApi } from './recording-api.js'
import { problem, type World } from './world.js'

export interface AttachedOptions extends AttachAxiosOptions {
  readonly axios?: AxiosStatic
  readonly defaults?: CreateAxiosDefaults
  readonly client?: Partial<ClientOptions>
  readonly facts?: TabFacts
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
  const { axios: library = axios, defaults, client: clientOptions, facts, ...attachOptions } = options
  const api = await startRecordingApi()
  const tab = await world.openSignedIn({ origins: [api.origin], ...clientOptions }, facts)
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
