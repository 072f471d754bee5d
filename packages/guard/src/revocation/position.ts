import type { RevocationCursor, RevocationMessage } from '@sessionward/protocol'

/** How far a subscription has read, whichever way its messages arrive. */
export class Position {
  #cursor: RevocationCursor | undefined

  constructor(cursor: RevocationCursor | undefined) {
    this.#cursor = cursor
  }

  /** Undefined where the next message has to be a snapshot. */
  get cursor(): RevocationCursor | undefined {
    return this.#cursor
  }

  /** @throws Error where the message does not follow on what was read */
  advance({ epoch, watermark, snapshot }: RevocationMessage): void {
    if (!snapshot && !this.#cursor) throw new Error('the feed did not begin with a snapshot')
    if (!snapshot && this.#cursor?.epoch !== epoch) {
      // The cursor leads into another history. Without one the next answer is a snapshot.
      this.#cursor = undefined
      throw new Error('the feed changed its epoch without a snapshot')
    }
    this.#cursor = { epoch, watermark }
  }
}
