/** The store's clock, moved by hand. It begins at the present, because guards look at the machine's. */
export class Clock {
  #now = Date.now()

  readonly read = (): number => this.#now

  /** Seconds. */
  advance(seconds: number): void {
    this.#now += seconds * 1000
  }
}
