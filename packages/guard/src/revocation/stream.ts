import { parseRevocationMessage, type RevocationCursor, type RevocationMessage } from '@sessionward/protocol'
import { readEvents } from './event-stream.js'
import { type FeedAddress, requestStream } from './feed-request.js'
import { Watchdog } from './watchdog.js'

/** Seconds that a stream may be silent. */
export interface StreamPatience {
  /** Before the first message, which the auth server sends at once. */
  readonly first: number
  /** Between two messages. */
  readonly next: number
}

/** The stream is open, or seems to be, and nothing arrives. */
export class SilentStream extends Error {}

/** The auth server has no room for another stream of this credential, and answers polls. */
export class TooManyStreams extends Error {
  constructor() {
    super('the auth server has too many streams of this credential open')
  }
}

/**
 * Reads one stream of the feed until it ends.
 *
 * @throws SilentStream, TooManyStreams, or another Error that says why the stream could not be read
 */
export async function readStream(
  address: FeedAddress,
  cursor: RevocationCursor | undefined,
  patience: StreamPatience,
  receive: (message: RevocationMessage) => void,
  stop: AbortSignal,
): Promise<void> {
  const watch = new Watchdog(patience.first, stop)
  try {
    const response = await requestStream(address, cursor, watch.signal)
    for await (const data of readEvents(eventsOf(response))) {
      receive(parseRevocationMessage(JSON.parse(data)))
      watch.reset(patience.next)
    }
  } catch (failure) {
    throw watch.expired ? new SilentStream('no message arrived over the stream in time', { cause: failure }) : failure
  } finally {
    watch.end()
  }
}

function eventsOf(response: Response): ReadableStream<Uint8Array> {
  const isEventStream = /^text\/event-stream\s*(;|$)/i.test(response.headers.get('content-type') ?? '')
  if (response.status === 200 && isEventStream && response.body) return response.body
  void response.body?.cancel()
  if (response.status === 429) throw new TooManyStreams()
  throw new Error(`the feed returned status ${response.status} without an event stream`)
}
