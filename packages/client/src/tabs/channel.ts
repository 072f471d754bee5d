import type { Environment } from '../environment.js'
import type { Events } from '../events.js'
import { momentOf, since } from '../expiry.js'
import type { Tokens } from '../tokens.js'

/** Tokens as one tab tells them to another: clocks of two tabs begin at different times, so the age goes along. */
interface SentTokens extends Omit<Tokens, 'left'> {
  /** Milliseconds since the request for it left, when this was sent. */
  readonly age: number
  /** Milliseconds since the epoch: a frozen tab may read its messages much later. */
  readonly sent: number
}

type Message =
  /** `to`: the tab that asked; nothing: new tokens, for all. */
  | { readonly type: 'tokens'; readonly version: number; readonly tokens: SentTokens; readonly to?: string }
  | { readonly type: 'ended'; readonly version: number; readonly reason: string; readonly asked: boolean }
  | { readonly type: 'asks'; readonly from: string }

/** What comes from other tabs. `version` is the vault's: whoever has seen a later one ignores the message. */
export interface TabListener {
  tokens(tokens: Tokens, version: number): void
  ended(version: number, reason: string, asked: boolean): void
  /** The tokens to answer with, if there are good ones. */
  asks(): { readonly tokens: Tokens; readonly version: number } | undefined
}

export class Tabs {
  readonly #environment: Environment
  readonly #channel: ReturnType<Environment['openChannel']>
  readonly #me: string
  #answered: ((tokens: Tokens, version: number) => void) | undefined

  constructor(name: string, environment: Environment, events: Events, listener: TabListener) {
    this.#environment = environment
    this.#me = `${environment.wall()}.${environment.random()}`
    this.#channel = environment.openChannel(name)
    if (!this.#channel) return
    this.#channel.onmessage = ({ data }: MessageEvent<Message>) => {
      if (data.type === 'ended') {
        events.activity({ type: 'tab', what: 'signed-out' })
        listener.ended(data.version, data.reason, data.asked)
      } else if (data.type === 'asks') {
        events.activity({ type: 'tab', what: 'asks' })
        const answer = listener.asks()
        if (answer) this.#postTokens(answer.tokens, answer.version, data.from)
      } else if (!data.to) {
        events.activity({ type: 'tab', what: 'tokens' })
        listener.tokens(this.#received(data.tokens), data.version)
      } else if (data.to === this.#me) {
        events.activity({ type: 'tab', what: 'answers' })
        this.#answered?.(this.#received(data.tokens), data.version)
      }
    }
  }

  tellTokens(tokens: Tokens, version: number): void {
    this.#postTokens(tokens, version)
  }

  tellEnded(version: number, reason: string, asked: boolean): void {
    this.#post({ type: 'ended', version, reason, asked })
  }

  /** Asks the other tabs for the access token, and takes the first that is no older than `version`. */
  ask(version: number, patience: number): Promise<{ readonly tokens: Tokens; readonly version: number } | undefined> {
    if (!this.#channel) return Promise.resolve(undefined)
    return new Promise((resolve) => {
      const cancel = this.#environment.after(patience, () => resolve(undefined))
      this.#answered = (tokens, theirs) => {
        if (theirs < version) return
        cancel()
        resolve({ tokens, version: theirs })
      }
      this.#post({ type: 'asks', from: this.#me })
    })
  }

  close(): void {
    this.#channel?.close()
  }

  #postTokens(tokens: Tokens, version: number, to?: string): void {
    const { left, ...rest } = tokens
    const sent: SentTokens = { ...rest, age: since(left, this.#environment), sent: this.#environment.wall() }
    this.#post({ type: 'tokens', version, tokens: sent, ...(to && { to }) })
  }

  #post(message: Message): void {
    try {
      this.#channel?.postMessage(message)
    } catch {
      // Closed, or a user profile that cannot be cloned: the other tabs refresh by themselves.
    }
  }

  #received({ age, sent, ...tokens }: SentTokens): Tokens {
    const now = momentOf(this.#environment)
    const old = age + Math.max(0, now.wall - sent)
    return { ...tokens, left: { monotonic: now.monotonic - old, wall: now.wall - old } }
  }
}
