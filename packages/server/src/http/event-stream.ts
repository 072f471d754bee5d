import type { EventSink, LiveStream } from '../revocation/live-stream.js'

/** Tells middleware and proxies (`compression()`, nginx) not to transform or buffer the stream. */
export const streamHeaders = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
}

/**
 * Starts an answer that stays open, for adapters that can write past a `Response`. A web stream costs several kilobytes in Node as
 * long as it is open.
 *
 * @param onClose Called when the connection is closed.
 */
export type OpenSink = (status: number, headers: Readonly<Record<string, string>>, onClose: () => void) => EventSink

/** A browser with this many unread events is disconnected. */
const maxUnreadEvents = 8

/** An event stream as the body of a `Response`. */
export function toReadableStream(live: LiveStream): ReadableStream<Uint8Array> {
  let cancelled = false
  return new ReadableStream(
    {
      start(controller) {
        live.attach({
          write(event) {
            controller.enqueue(event)
            return (controller.desiredSize ?? 0) > 0
          },
          // The controller of a cancelled stream is closed already, and would throw.
          close: () => cancelled || controller.close(),
        })
      },
      cancel() {
        cancelled = true
        live.close()
      },
    },
    { highWaterMark: maxUnreadEvents },
  )
}
