import type { ClientConfig } from '../config.js'
import type { Events } from '../events.js'
import { momentOf, since } from '../expiry.js'
import type { News } from '../session.js'

type Message =
  | {
      readonly news: News
      /** Milliseconds since the request for the tokens left: clocks of two tabs begin at different times. */
      readonly age: number
      /** Milliseconds since the epoch: a frozen tab may read its messages much later. */
      readonly sent: number
      /** The question that this answers; nothing: it is new, and for all. */
      readonly to?: string | undefined
    }
  | { readonly news?: undefined; readonly question: string }

/** What comes from other tabs. */
export interface TabListener {
  hear(news: News): void
  /** What to answer a tab that has no access token, if this one has a good one. */
  answer(): News | undefined
}

export interface Tabs {
  tell(news: News): void
  /** Asks the other tabs for an access token no older than `version`. It has been heard of by then, if there is one. */
  ask(version: number): Promise<void>
  close(): void
}

const patience = 100

export function openTabs({ name, environment }: ClientConfig, events: Events, { hear, answer }: TabListener): Tabs {
  const channel = environment.openChannel(name)
  let question = ''
  let oldest = 0
  let answered = () => {}
  const post = (message: Message) => channel?.postMessage(message)
  const tell = (news: News, to?: string) => {
    const age = news.tokens ? since(news.tokens.left, environment) : 0
    post({ news, age, sent: environment.wall(), to })
  }
  const note = (what: 'tokens' | 'signed-out' | 'asks' | 'answers') => events.activity({ type: 'tab', what })
  const read = (message: Message) => {
    if (!message.news) {
      note('asks')
      const news = answer()
      if (news) tell(news, message.question)
      return
    }
    const { news, age, sent, to } = message
    // The first answer will do.
    if (to && (to !== question || news.version < oldest)) return
    note(to ? 'answers' : news.tokens ? 'tokens' : 'signed-out')
    // What a message brings is this tab's own.
    if (news.tokens) news.tokens.left = momentOf(environment, age + Math.max(0, environment.wall() - sent))
    hear(news)
    if (to) answered()
  }
  if (channel) channel.onmessage = ({ data }) => read(data)
  return {
    tell,
    async ask(version) {
      if (!channel) return
      oldest = version
      question = `${Math.random()}`
      post({ question })
      await new Promise<void>((resolve) => {
        answered = resolve
        environment.after(patience, resolve)
      })
      question = ''
    },
    close: () => channel?.close(),
  }
}
