import { formatSessionEvent, type SessionEnded } from '@sessionward/protocol'

/** A browser that leaves this many events unread is disconnected. */
const maximumUnread = 4

const encoder = new TextEncoder()

/** One browser that is told when its session ends: an answer that stays open. */
export class LiveStream {
  readonly body: ReadableStream<Uint8Array>
  readonly sid: string
  /** When its session is looked at again, in milliseconds of the process's own clock. */
  checkAt = Number.POSITIVE_INFINITY
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined

  /** @param onClose Called once, whichever side closes it. */
  constructor(sid: string, onClose: (stream: LiveStream) => void) {
    this.sid = sid
    this.#onClose = onClose
    this.body = new ReadableStream(
      {
        start: (controller) => {
          this.#controller = controller
        },
        cancel: () => this.#closed(),
      },
      { highWaterMark: maximumUnread },
    )
  }

  readonly #onClose: (stream: LiveStream) => void

  /** @param event As bytes, which many streams share. */
  send(event: Uint8Array): void {
    if ((this.#controller?.desiredSize ?? 0) > 0) this.#controller?.enqueue(event)
    else this.close()
  }

  /** Tells that the session is over, and closes. */
  end(over: Omit<SessionEnded, 'type' | 'sid'>): void {
    this.send(encoder.encode(formatSessionEvent({ type: 'ended', sid: this.sid, ...over })))
    this.close()
  }

  close(): void {
    this.#controller?.close()
    this.#closed()
  }

  #closed(): void {
    if (!this.#controller) return
    this.#controller = undefined
    this.#onClose(this)
  }
}
