import { unref } from './retry-delay.js'

/** Aborts its signal when it is not reset in time, or when `parentSignal` is aborted. */
export class Watchdog {
  readonly #parentSignal: AbortSignal
  readonly #controller = new AbortController()
  readonly #onParentAbort = () => this.#controller.abort()
  #timer: ReturnType<typeof setTimeout> | undefined
  #expired = false

  /** @param seconds until the first reset */
  constructor(seconds: number, parentSignal: AbortSignal) {
    this.#parentSignal = parentSignal
    parentSignal.addEventListener('abort', this.#onParentAbort)
    if (parentSignal.aborted) this.#onParentAbort()
    this.reset(seconds)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Whether the time ran out. */
  get expired(): boolean {
    return this.#expired
  }

  /** @param seconds until the next reset */
  reset(seconds: number): void {
    clearTimeout(this.#timer)
    this.#timer = unref(setTimeout(() => this.#expire(), seconds * 1000))
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#parentSignal.removeEventListener('abort', this.#onParentAbort)
  }

  #expire(): void {
    this.#expired = true
    this.#controller.abort(new Error('no message arrived in time'))
  }
}
