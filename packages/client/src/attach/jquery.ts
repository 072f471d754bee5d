import { unknownOption } from '#option-names'
import type { AttachableClient } from './attachable.js'
import { findTransportList, type JQueryLike, type Transport, type TransportFactory } from './jquery-library.js'
import { createTransports, type SignHeaders } from './jquery-request.js'

/** Options of `attachJQuery`. An unknown name is refused. */
export interface AttachJQueryOptions {
  /**
   * Called before each attempt of each call, with headers that are for this attempt alone, after the access token has been
   * set: for a signature, a nonce or a timestamp. It changes the headers; it may be async.
   * Default: nothing is added.
   */
  readonly sign?: SignHeaders
}

interface Attachment {
  client: AttachableClient | undefined
  detach(): void
}

/** Registered, because a page may load this module twice. */
const attachment: unique symbol = Symbol.for('sessionward.jquery') as never

const expected = '`$` must be jQuery 1.11 to 4, not slim.'

/**
 * Sends the calls of jQuery 1.11 to 4 with the session of a client: with the access token, refreshed where it must be, and
 * replayed at most once. Callbacks, deferreds and global events see one call and one answer, because this happens below
 * them, in a transport over the one that the call would have used.
 *
 * Left alone are calls to other origins than the client's, scripts and JSONP, calls with `username`, with an `Authorization`
 * header of their own or with `sessionward: false`. A call with `async: false` fails.
 *
 * An error of the client (`SignedOutError` and so on) is the `errorThrown` of the call, and its `jqXHR.sessionwardError`.
 *
 * Attaching again replaces the options.
 *
 * @returns a function that detaches.
 * @throws TypeError if this is no full build of jQuery, or if another client is attached to it.
 */
export function attachJQuery($: JQueryLike, client: AttachableClient, options: AttachJQueryOptions = {}): () => void {
  const attached = $ as JQueryLike & { [attachment]?: Attachment }
  const previous = attached?.[attachment]
  const owner = previous?.client
  const hasOtherClient = owner && owner !== client && owner.reason !== 'destroyed'
  const mistake =
    unknownOption(options, ['sign']) || (!$?.ajaxTransport && expected) || (hasOtherClient && '`$` has another client.')
  if (mistake) throw new TypeError(`attachJQuery: ${mistake}`)
  previous?.detach()

  let list: TransportFactory[] | undefined
  // Of a request that is on its way when this is detached, the others are asked all the same.
  const nextTransport: TransportFactory = (...call) => {
    let transport: Transport | undefined
    list!.slice(list!.indexOf(factory) + 1).some((next) => (transport = next(...call)))
    return transport
  }
  const send = createTransports(nextTransport, client, options.sign)
  const factory: TransportFactory = (...call) => list && send(...call)
  $.ajaxTransport('+*', factory)
  list = findTransportList($, factory)
  if (!list) throw new TypeError(`attachJQuery: ${expected}`)

  const own: Attachment = {
    client,
    detach() {
      const at = list!.indexOf(factory)
      if (at >= 0) list!.splice(at, 1)
      own.client = undefined
    },
  }
  attached[attachment] = own
  return own.detach
}
