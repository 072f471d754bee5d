import type { ClientConfig } from './config.js'
import type { Events } from './events.js'

const most = 3
const within = 30_000

/** Fresh tokens that were refused: after three in 30 seconds another refresh would be no cure. */
export class Refusals {
  readonly #clock: () => number
  readonly #events: Events
  #recent: { readonly jti: string; readonly at: number }[] = []

  constructor({ environment }: ClientConfig, events: Events) {
    this.#clock = () => environment.monotonic()
    this.#events = events
  }

  /** Whether refreshing has been tried in vain. */
  get hopeless(): boolean {
    this.#recent = this.#recent.filter(({ at }) => this.#clock() - at < within)
    return this.#recent.length >= most
  }

  /** A request was refused although it had just been replayed with a fresh token. */
  note(jti: string, code: string, url: string): void {
    if (this.hopeless || this.#recent.some((refusal) => refusal.jti === jti)) return
    this.#recent.push({ jti, at: this.#clock() })
    if (!this.hopeless) return
    const { origin } = new URL(url)
    this.#events.emit('misconfigured', {
      code,
      hint: `${origin} refuses fresh access tokens: compare issuer, audience and keys.`,
    })
  }
}
