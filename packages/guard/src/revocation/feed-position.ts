import type { RevocationCursor, RevocationMessage } from '@sessionward/protocol'

/** The cursor of a subscription, shared by its stream and its polls. */
export class Position {
  #cursor: RevocationCursor | undefined

  constructor(cursor: RevocationCursor | undefined) {
    this.#cursor = cursor
  }

  /** Undefined if the next message must be a snapshot. */
  get cursor(): RevocationCursor | undefined {
    return this.#cursor
  }

  /** @throws Error if the message does not follow the previous one */
  advance({ epoch, watermark, snapshot }: RevocationMessage): void {
    if (!snapshot && !this.#cursor) throw new Error('the feed did not begin with a snapshot')
    if (!snapshot && this.#cursor?.epoch !== epoch) {
      // The cursor belongs to another epoch. Without a cursor the next response is a snapshot.
      this.#cursor = undefined
      throw new Error('the feed changed its epoch without a snapshot')
    }
    this.#cursor = { epoch, watermark }
  }
}
