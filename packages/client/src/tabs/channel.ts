import type { Environment } from '../environment.js'
import type { Events } from '../events.js'
import { momentOf, since } from '../expiry.js'
import type { News } from '../session.js'
import { pause } from '../wait.js'

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
  ask(version: number): Promise<unknown>
  close(): void
}

const patience = 100

export function openTabs(name: string, environment: Environment, events: Events, listener: TabListener): Tabs {
  const channel = environment.openChannel(name)
  let question = ''
  let oldest = 0
  let answered = () => {}
  const post = (message: Message) => {
    try {
      channel?.postMessage(message)
    } catch {
      // Closed, or a user profile that cannot be cloned: the other tabs refresh by themselves.
    }
  }
  const tell = (news: News, to?: string) => {
    const age = news.tokens ? since(news.tokens.left, environment) : 0
    post({ news, age, sent: environment.wall(), to })
  }
  const note = (what: 'tokens' | 'signed-out' | 'asks' | 'answers') => events.activity({ type: 'tab', what })
  if (channel) {
    channel.onmessage = ({ data }: MessageEvent<Message>) => {
      if (!data.news) {
        note('asks')
        const news = listener.answer()
        if (news) tell(news, data.question)
        return
      }
      const { news, age, sent, to } = data
      // The first answer will do.
      if (to && (to !== question || news.version < oldest)) return
      note(to ? 'answers' : news.tokens ? 'tokens' : 'signed-out')
      const ago = age + Math.max(0, environment.wall() - sent)
      listener.hear(news.tokens ? { ...news, tokens: { ...news.tokens, left: momentOf(environment, ago) } } : news)
      if (to) answered()
    }
  }
  return {
    tell,
    async ask(version) {
      if (!channel) return
      oldest = version
      question = `${Math.random()}`
      const answer = new Promise<void>((resolve) => {
        answered = resolve
      })
      post({ question })
      await Promise.race([answer, pause(patience, environment)])
      question = ''
    },
    close: () => channel?.close(),
  }
}
