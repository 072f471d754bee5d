import { unref } from './pause.js'

/** Aborts its signal when nothing has reset it in time, and when `stop` is aborted. */
export class Watchdog {
  readonly #stop: AbortSignal
  readonly #controller = new AbortController()
  readonly #stopped = () => this.#controller.abort()
  #timer: ReturnType<typeof setTimeout> | undefined
  #expired = false

  /** @param seconds until the first reset */
  constructor(seconds: number, stop: AbortSignal) {
    this.#stop = stop
    stop.addEventListener('abort', this.#stopped)
    if (stop.aborted) this.#stopped()
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

  end(): void {
    clearTimeout(this.#timer)
    this.#stop.removeEventListener('abort', this.#stopped)
  }

  #expire(): void {
    this.#expired = true
    this.#controller.abort(new Error('no message arrived in time'))
  }
}
