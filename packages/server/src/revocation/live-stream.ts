import { formatSessionEvent, type SessionEnded } from '@sessionward/protocol'

/** Where the events of one browser go. */
export interface EventSink {
  /** @returns whether there is room for more: a browser that does not read is disconnected. */
  write(event: Uint8Array): boolean
  /** Ends the stream. */
  close(): void
}

const encoder = new TextEncoder()

/** One browser that is told when its session ends: an answer that stays open. */
export class LiveStream {
  readonly sid: string
  /** When its session is looked at again, in milliseconds of the process's own clock. */
  checkAt = Number.POSITIVE_INFINITY
  readonly #onClose: (stream: LiveStream) => void
  #sink: EventSink | undefined
  /** What was sent before there was a sink. */
  #early: Uint8Array[] = []
  #closed = false

  /** @param onClose Called once, whichever side closes it. */
  constructor(sid: string, onClose: (stream: LiveStream) => void) {
    this.sid = sid
    this.#onClose = onClose
  }

  /** Sends what there is, and from now on everything, to the browser. Call `close` when the browser has gone. */
  attach(sink: EventSink): void {
    this.#sink = sink
    for (const event of this.#early) sink.write(event)
    this.#early = []
    if (this.#closed) sink.close()
  }

  /** @param event As bytes, which many streams share. */
  send(event: Uint8Array): void {
    if (this.#closed) return
    if (!this.#sink) this.#early.push(event)
    else if (!this.#sink.write(event)) this.close()
  }

  /** Tells that the session is over, and closes. */
  end(over: Omit<SessionEnded, 'type' | 'sid'>): void {
    this.send(encoder.encode(formatSessionEvent({ type: 'ended', sid: this.sid, ...over })))
    this.close()
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#sink?.close()
    this.#onClose(this)
  }
}
