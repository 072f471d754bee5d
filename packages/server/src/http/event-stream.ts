import type { EventSink, LiveStream } from '../revocation/live-stream.js'

/** What compresses or buffers an answer as a whole never sends a stream on: `compression()`, nginx and their like. */
export const streamHeaders = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
}

/**
 * Begins an answer that stays open, for an adapter that can write past a `Response`: a stream of the Web costs Node several
 * kilobytes for as long as it is open.
 *
 * @param onClose Called when the connection is closed.
 */
export type OpenSink = (status: number, headers: Readonly<Record<string, string>>, onClose: () => void) => EventSink

/** A browser that leaves this many events unread is disconnected. */
const maximumUnread = 8

/** The body of a `Response`. */
export function bodyOf(live: LiveStream): ReadableStream<Uint8Array> {
  return new ReadableStream(
    {
      start(controller) {
        live.attach({
          write(event) {
            controller.enqueue(event)
            return (controller.desiredSize ?? 0) > 0
          },
          close: () => controller.close(),
        })
      },
      cancel: () => live.close(),
    },
    { highWaterMark: maximumUnread },
  )
}
