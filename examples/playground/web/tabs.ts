import { now } from './config.js'
import type { StageEvent } from './stage/events.js'

type Message =
  | { readonly type: 'hello' | 'here'; readonly lane: string; readonly born: number; readonly session: string | null }
  | { readonly type: 'event'; readonly event: StageEvent }
  | { readonly type: 'perform'; readonly for: string; readonly at: number }
  | { readonly type: 'performed'; readonly lane: string }

export interface TabsOptions {
  readonly feed: (event: StageEvent) => void
  /** The session that this tab is in. */
  readonly session: () => string | null
  /** This tab's part in the act of two tabs, at another tab's request. */
  readonly perform: () => Promise<void>
}

/** The tabs of one browser draw one stage together: each broadcasts what happens in it. */
export class Tabs {
  readonly self = `tab-${crypto.randomUUID().slice(0, 8)}`
  readonly born = now()
  readonly #others = new Map<string, number>()
  readonly #channel = new BroadcastChannel('sessionward-playground')
  readonly #listeners = new Set<(message: Message) => void>()
  readonly #options: TabsOptions

  constructor(options: TabsOptions) {
    this.#options = options
  }

  open(): void {
    this.#channel.onmessage = ({ data }) => this.#receive(data as Message)
    this.#post({ type: 'hello', lane: this.self, born: this.born, session: this.#options.session() })
    addEventListener('pagehide', () => this.broadcast({ type: 'closed', lane: this.self, at: now() }))
    addEventListener('pageshow', ({ persisted }) => {
      if (persisted) this.broadcast({ type: 'lane', lane: this.self, kind: 'tab', born: this.born, at: now() })
    })
  }

  broadcast(event: StageEvent): void {
    this.#post({ type: 'event', event })
  }

  /** The other tab that was opened last, if there is one. */
  get youngest(): string | null {
    return [...this.#others].sort((one, other) => other[1] - one[1])[0]?.[0] ?? null
  }

  /** The next tab that opens. */
  next(timeout: number): Promise<string | null> {
    return this.#wait((message) => (message.type === 'hello' ? message.lane : null), timeout)
  }

  /** Lets another tab play its part at an instant. Resolves when it has, or with false after the timeout. */
  async perform(lane: string, at: number, timeout: number): Promise<boolean> {
    const done = this.#wait((message) => message.type === 'performed' && message.lane === lane, timeout)
    this.#post({ type: 'perform', for: lane, at })
    return (await done) === true
  }

  #receive(message: Message): void {
    switch (message.type) {
      case 'hello':
        this.#meet(message)
        this.#post({ type: 'here', lane: this.self, born: this.born, session: this.#options.session() })
        break
      case 'here':
        this.#meet(message)
        break
      case 'event':
        if (message.event.type === 'closed') this.#others.delete(message.event.lane)
        if (message.event.type === 'lane') this.#others.set(message.event.lane, message.event.born)
        this.#options.feed(message.event)
        break
      case 'perform':
        if (message.for === this.self) void this.#play(message.at)
        break
    }
    for (const listener of this.#listeners) listener(message)
  }

  #meet({ lane, born, session }: Extract<Message, { type: 'hello' | 'here' }>): void {
    this.#others.set(lane, born)
    this.#options.feed({ type: 'lane', lane, kind: 'tab', born, at: now() })
    if (session !== null) this.#options.feed({ type: 'signed-in', lane, session, at: now() })
  }

  async #play(at: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, Math.max(at - now(), 0)))
    await this.#options.perform().catch(() => {})
    this.#post({ type: 'performed', lane: this.self })
  }

  #wait<T>(read: (message: Message) => T | null | false, timeout: number): Promise<T | null> {
    return new Promise((resolve) => {
      const end = (value: T | null): void => {
        clearTimeout(timer)
        this.#listeners.delete(listener)
        resolve(value)
      }
      const listener = (message: Message): void => {
        const value = read(message)
        if (value) end(value)
      }
      const timer = setTimeout(() => end(null), timeout)
      this.#listeners.add(listener)
    })
  }

  #post(message: Message): void {
    this.#channel.postMessage(message)
  }
}
