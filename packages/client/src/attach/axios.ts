import { unknownOption } from '#option-names'
import { type AttachableClient, attachable } from './attachable.js'
import type { AxiosConfig, AxiosLike } from './axios-library.js'
import { createSend } from './axios-request.js'

/** Options of `attachAxios`. An unknown name is refused. */
export interface AttachAxiosOptions {
  /**
   * Called before each attempt of each request of the instance, with a config that is for this attempt alone, after the
   * access token has been set: for a signature, a nonce or a timestamp. It changes `config.headers`; it may be async.
   * Default: nothing is added.
   */
  readonly sign?: ((config: AxiosConfig) => unknown) | undefined
}

interface Attachment {
  client: AttachableClient | undefined
  detach(): void
}

/** Registered, because a page may load this module twice. */
const attachment: unique symbol = Symbol.for('sessionward.axios') as never

/**
 * Sends the requests of an axios instance with the session of a client: with the access token, refreshed where it must be,
 * and replayed at most once. Interceptors see one request and one answer, because this happens below them, in the adapter
 * that the request would have used.
 *
 * Left alone are requests to other origins than the client's, requests with `auth` (axios' own credentials, or `false`)
 * and requests with an `Authorization` header of their own (`false`: axios sends none).
 *
 * An error of the client (`SignedOutError` and so on) is the `cause` of an `AxiosError` whose `code` is `ERR_SIGNED_OUT`,
 * `ERR_SESSION_CHANGED`, `ERR_REFRESH_UNAVAILABLE` or `ERR_REFRESH_REFUSED`.
 *
 * Attaching again replaces the options.
 *
 * @returns a function that detaches.
 * @throws TypeError if this is no axios instance, if another client is attached to it, or on a server, where a process serves
 * many people, if it is the instance that everybody shares: `axios` itself.
 */
export function attachAxios(
  instance: AxiosLike,
  client: AttachableClient,
  options: AttachAxiosOptions = {},
): () => void {
  // Every instance has `create`; the types say so only of late.
  const attached = instance as AxiosLike & { create(defaults: object): AxiosLike; [attachment]?: Attachment }
  const previous = attached[attachment]
  const owner = previous?.client
  const hasOtherClient = owner && owner !== client && owner.reason !== 'destroyed'
  const shared = 'Axios' in instance && !client[attachable].config.environment.page
  const mistake =
    unknownOption(options, ['sign']) ?? ((hasOtherClient || shared) && '`instance` is shared: use axios.create().')
  if (mistake) throw new TypeError(`attachAxios: ${mistake}`)
  previous?.detach()

  const { request } = instance.interceptors
  const send = createSend(attached.create({ baseURL: '' }), client, options.sign)
  // The adapter of this very request, which may be one of its own or one that was set later, such as a mock. Synchronous,
  // so that the order of events stays as it is without it.
  const wrap = (config: AxiosConfig) => {
    const { adapter } = config
    config.adapter = (dispatched: AxiosConfig) => send(Object.assign(dispatched, { adapter }))
    return config
  }
  const id = request.use(wrap, undefined, { synchronous: true })
  const own: Attachment = {
    client,
    detach() {
      request.eject(id)
      own.client = undefined
    },
  }
  attached[attachment] = own
  return own.detach
}
