/** A stretch of time in which nothing moved, drawn as one narrow fold. */
export interface Fold {
  readonly from: number
  readonly to: number
  readonly x: number
}

/** Width of a fold in pixels. */
export const foldWidth = 28

const shortestFold = 700

/**
 * The position of an instant on the stage.
 *
 * Time runs fast while something travels and slowly while something only waits, else a request of a few milliseconds could
 * not be seen beside ten seconds of waiting. What has been drawn never moves. Instants in milliseconds, places in pixels.
 */
export class Axis {
  readonly #times: number[]
  readonly #places: number[]
  readonly #folds: Fold[] = []
  #rate = 0
  #stillSince: number | null

  constructor(start: number, margin = 16) {
    this.#times = [start]
    this.#places = [margin]
    this.#stillSince = start
  }

  get folds(): readonly Fold[] {
    return this.#folds
  }

  get end(): { readonly at: number; readonly x: number } {
    return { at: this.#times.at(-1)!, x: this.#places.at(-1)! }
  }

  /** Lets time run until `at`, with so many pixels a second; 0 stops it. An instant in the past changes nothing. */
  advance(at: number, rate: number): void {
    const { at: last, x } = this.end
    if (at <= last) return
    if (rate > 0 && this.#stillSince !== null) this.#fold(last, x)
    if (rate === 0) this.#stillSince ??= last
    const from = this.end
    const next = from.x + ((at - from.at) / 1000) * rate
    if (rate === this.#rate && this.#times.length > 1) {
      this.#times[this.#times.length - 1] = at
      this.#places[this.#places.length - 1] = next
    } else {
      this.#times.push(at)
      this.#places.push(next)
    }
    this.#rate = rate
  }

  /** Ends a stretch of stillness at the last instant that is known: later instants come after its fold. */
  wake(): void {
    const { at, x } = this.end
    if (this.#stillSince !== null) this.#fold(at, x)
  }

  /** The place of an instant. A later instant is placed at the end. */
  x(at: number): number {
    const times = this.#times
    if (at <= times[0]!) return this.#places[0]!
    let low = 0
    let high = times.length - 1
    if (at >= times[high]!) return this.#places[high]!
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (times[middle]! <= at) low = middle
      else high = middle
    }
    const share = (at - times[low]!) / (times[high]! - times[low]!)
    return this.#places[low]! + share * (this.#places[high]! - this.#places[low]!)
  }

  #fold(last: number, x: number): void {
    const from = this.#stillSince!
    this.#stillSince = null
    if (last - from < shortestFold || this.#places.length < 2) return
    this.#folds.push({ from, to: last, x })
    this.#times.push(last)
    this.#places.push(x + foldWidth)
    this.#rate = Number.NaN
  }
}
