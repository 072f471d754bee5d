import type { ClientConfig } from '../config.js'
import type { Events } from '../events.js'
import { momentOf, since } from '../expiry.js'
import type { SessionUpdate } from '../session.js'

type Message =
  | {
      readonly update: SessionUpdate
      /** Milliseconds since the request for the tokens left: clocks of two tabs begin at different times. */
      readonly age: number
      /** Milliseconds since the epoch: a frozen tab may read its messages much later. */
      readonly sent: number
      /** The question that this answers; nothing: it is new, and for all. */
      readonly to?: string | undefined
    }
  | { readonly update?: undefined; readonly question: string }

/** What comes from other tabs. */
export interface TabListener {
  onUpdate(update: SessionUpdate): void
  /** What to answer a tab that has no access token, if this one has a good one. */
  answer(): SessionUpdate | undefined
}

export interface Tabs {
  broadcast(update: SessionUpdate): void
  /** Asks the other tabs for an access token no older than `version`, which has been received when this resolves. */
  ask(version: number): Promise<void>
  close(): void
}

const askTimeout = 100

export function openTabs({ name, environment }: ClientConfig, events: Events, { onUpdate, answer }: TabListener): Tabs {
  const channel = environment.openChannel(name)
  let question = ''
  let oldest = 0
  let answered = () => {}
  const post = (message: Message) => channel?.postMessage(message)
  const send = (update: SessionUpdate, to?: string) => {
    const age = update.tokens ? since(update.tokens.left, environment) : 0
    post({ update, age, sent: environment.wall(), to })
  }
  const note = (what: 'tokens' | 'signed-out' | 'asks' | 'answers') => events.activity({ type: 'tab', what })
  const read = (message: Message) => {
    if (!message.update) {
      note('asks')
      const update = answer()
      if (update) send(update, message.question)
      return
    }
    const { update, age, sent, to } = message
    // The first answer will do.
    if (to && (to !== question || update.version < oldest)) return
    note(to ? 'answers' : update.tokens ? 'tokens' : 'signed-out')
    // What a message brings is this tab's own.
    if (update.tokens) update.tokens.left = momentOf(environment, age + Math.max(0, environment.wall() - sent))
    onUpdate(update)
    if (to) answered()
  }
  if (channel) channel.onmessage = ({ data }) => read(data)
  return {
    broadcast: (update) => send(update),
    async ask(version) {
      if (!channel) return
      oldest = version
      question = `${Math.random()}`
      post({ question })
      await new Promise<void>((resolve) => {
        answered = resolve
        environment.after(askTimeout, resolve)
      })
      question = ''
    },
    close: () => channel?.close(),
  }
}
