import { formatSessionEvent, type SessionEnded } from '@sessionward/protocol'

/** Writes events to one browser. */
export interface EventSink {
  /** @returns whether the buffer has room for more. A browser that does not read is disconnected. */
  write(event: Uint8Array): boolean
  /** Ends the stream. */
  close(): void
}

const encoder = new TextEncoder()

/** The open event stream of one browser, which is notified when its session ends. */
export class LiveStream {
  readonly sid: string
  /** When the session is checked again, in milliseconds on the process's monotonic clock. */
  checkAt = Number.POSITIVE_INFINITY
  readonly #onClose: (stream: LiveStream) => void
  #sink: EventSink | undefined
  /** Events sent before `attach`. */
  #buffered: Uint8Array[] = []
  #closed = false

  /** @param onClose Called once, whichever side closes the stream. */
  constructor(sid: string, onClose: (stream: LiveStream) => void) {
    this.sid = sid
    this.#onClose = onClose
  }

  /** Sends buffered and later events to the sink. Call `close` when the browser disconnects. */
  attach(sink: EventSink): void {
    this.#sink = sink
    for (const event of this.#buffered) sink.write(event)
    this.#buffered = []
    if (this.#closed) sink.close()
  }

  /** @param event Encoded, because many streams share the bytes. */
  send(event: Uint8Array): void {
    if (this.#closed) return
    if (!this.#sink) this.#buffered.push(event)
    else if (!this.#sink.write(event)) this.close()
  }

  /** Sends the end of the session and closes the stream. */
  end(over: Omit<SessionEnded, 'type' | 'sid'>): void {
    this.send(encoder.encode(formatSessionEvent({ type: 'ended', sid: this.sid, ...over })))
    this.close()
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    // First, because a sink may throw, and then the stream would count as open for ever.
    this.#onClose(this)
    this.#sink?.close()
  }
}
