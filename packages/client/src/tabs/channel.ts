import type { Environment } from '../environment.js'
import type { Events } from '../events.js'
import { momentOf, since } from '../expiry.js'
import type { Tokens } from '../tokens.js'

/** Tokens, and the vault's version that they belong to. Whoever has seen a later one ignores them. */
export interface VersionedTokens {
  readonly tokens: Tokens
  readonly version: number
}

type Message =
  | (VersionedTokens & {
      readonly type: 'tokens'
      /** Milliseconds since the request for them left: clocks of two tabs begin at different times. */
      readonly age: number
      /** Milliseconds since the epoch: a frozen tab may read its messages much later. */
      readonly sent: number
      /** The tab that asked; nothing: they are new, and for all. */
      readonly to?: string | undefined
    })
  | { readonly type: 'ended'; readonly version: number; readonly reason: string; readonly asked: boolean }
  | { readonly type: 'asks'; readonly from: string }

/** What comes from other tabs. */
export interface TabListener {
  tokens(received: VersionedTokens): void
  ended(reason: string, asked: boolean, version: number): void
  /** The tokens to answer with, if there are good ones. */
  asks(): VersionedTokens | undefined
}

export interface Tabs {
  tellTokens(told: VersionedTokens, to?: string): void
  tellEnded(reason: string, asked: boolean, version: number): void
  /** Asks the other tabs for the access token, and takes the first that is no older than `version`. */
  ask(version: number): Promise<VersionedTokens | undefined>
  close(): void
}

const patience = 100

export function openTabs(name: string, environment: Environment, events: Events, listener: TabListener): Tabs {
  const channel = environment.openChannel(name)
  const me = `${environment.random()}`
  let answered: ((answer: VersionedTokens) => void) | undefined
  const post = (message: Message) => {
    try {
      channel?.postMessage(message)
    } catch {
      // Closed, or a user profile that cannot be cloned: the other tabs refresh by themselves.
    }
  }
  const tabs: Tabs = {
    tellTokens({ tokens, version }, to) {
      post({ type: 'tokens', tokens, version, age: since(tokens.left, environment), sent: environment.wall(), to })
    },
    tellEnded: (reason, asked, version) => post({ type: 'ended', reason, asked, version }),
    ask: (version) =>
      new Promise((resolve) => {
        if (!channel) return resolve(undefined)
        const cancel = environment.after(patience, () => resolve(undefined))
        answered = (answer) => {
          if (answer.version < version) return
          cancel()
          resolve(answer)
        }
        post({ type: 'asks', from: me })
      }),
    close: () => channel?.close(),
  }
  const note = (what: 'tokens' | 'signed-out' | 'asks' | 'answers') => events.activity({ type: 'tab', what })
  if (channel) {
    channel.onmessage = ({ data }: MessageEvent<Message>) => {
      if (data.type === 'ended') {
        note('signed-out')
        listener.ended(data.reason, data.asked, data.version)
      } else if (data.type === 'asks') {
        note('asks')
        const answer = listener.asks()
        if (answer) tabs.tellTokens(answer, data.from)
      } else if (!data.to || data.to === me) {
        const { tokens, version, age, sent, to } = data
        const left = momentOf(environment, age + Math.max(0, environment.wall() - sent))
        const received = { tokens: { ...tokens, left }, version }
        note(to ? 'answers' : 'tokens')
        if (to) answered?.(received)
        else listener.tokens(received)
      }
    }
  }
  return tabs
}
