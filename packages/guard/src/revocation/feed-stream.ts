import { parseRevocationMessage, type RevocationCursor, type RevocationMessage } from '@sessionward/protocol'
import { readEvents } from './event-stream.js'
import { type FeedAddress, requestStream } from './feed-request.js'
import { Watchdog } from './message-timeout.js'

/** Seconds without a message until a stream counts as silent. */
export interface StreamTimeouts {
  /** Until the first message, which the auth server sends immediately. */
  readonly first: number
  /** Between two messages. */
  readonly next: number
}

/** The stream is open, but no message arrives. */
export class SilentStream extends Error {}

/** The auth server refuses another stream for this credential. Polls still work. */
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
  timeouts: StreamTimeouts,
  receive: (message: RevocationMessage) => void,
  stop: AbortSignal,
): Promise<void> {
  const watch = new Watchdog(timeouts.first, stop)
  try {
    const response = await requestStream(address, cursor, watch.signal)
    for await (const data of readEvents(eventsOf(response))) {
      receive(parseRevocationMessage(JSON.parse(data)))
      watch.reset(timeouts.next)
    }
  } catch (failure) {
    throw watch.expired ? new SilentStream('no message arrived over the stream in time', { cause: failure }) : failure
  } finally {
    watch.stop()
  }
}

function eventsOf(response: Response): ReadableStream<Uint8Array> {
  const isEventStream = /^text\/event-stream\s*(;|$)/i.test(response.headers.get('content-type') ?? '')
  if (response.status === 200 && isEventStream && response.body) return response.body
  void response.body?.cancel()
  if (response.status === 429) throw new TooManyStreams()
  throw new Error(`the feed returned status ${response.status} without an event stream`)
}
