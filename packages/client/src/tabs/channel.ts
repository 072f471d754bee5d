import type { Failure } from '../backend/backend.js'
import type { ClientConfig } from '../config.js'
import type { Events } from '../events.js'
import { momentOf, since } from '../expiry.js'
import type { SessionUpdate } from '../session.js'

interface UpdateMessage {
  readonly update: SessionUpdate
  /** Milliseconds since the request for the tokens left: clocks of two tabs begin at different times. */
  readonly age: number
  /** Milliseconds since the epoch: a frozen tab may read its messages much later. */
  readonly sent: number
  /** The question that this answers; nothing: it is new, and for all. */
  readonly to?: number | undefined
}

type Message =
  | UpdateMessage
  | { readonly question: number }
  | {
      readonly failure: Failure
      /** Milliseconds until the next try. */
      readonly pause: number
      readonly sent: number
    }

/** What comes from other tabs. */
export interface TabListener {
  onUpdate(update: SessionUpdate): void
  /** The auth server gave no tokens, and is left alone for so many milliseconds. */
  onFailure(failure: Failure, pause: number): void
  /** What to answer a tab that has no access token, if this one has a good one. */
  answer(): SessionUpdate | undefined
}

export interface Tabs {
  broadcast(update: SessionUpdate): void
  shareFailure(failure: Failure, pause: number): void
  /** Asks the other tabs for an access token no older than `version`, which has been received when this resolves. */
  ask(version: number): Promise<void>
  close(): void
}

const askTimeout = 100

export function openTabs({ name, environment }: ClientConfig, events: Events, listener: TabListener): Tabs {
  const channel = environment.openChannel(name)
  let question = 0
  let oldest = 0
  let answered = () => {}
  const sinceSent = (sent: number) => Math.max(0, environment.wall() - sent)
  const post = (message: Message) => channel?.postMessage(message)
  const send = (update: SessionUpdate, to?: number) => {
    const age = update.tokens ? since(update.tokens.left, environment) : 0
    post({ update, age, sent: environment.wall(), to })
  }
  const note = (what: 'tokens' | 'signed-out' | 'asks' | 'answers') => events.activity({ type: 'tab', what })
  const receive = ({ update, age, sent, to }: UpdateMessage) => {
    // The first answer will do.
    if (to && (to !== question || update.version < oldest)) return
    if (update.tokens) {
      // What a message brings is this tab's own.
      update.tokens.left = momentOf(environment, age + sinceSent(sent))
      // A frozen tab reads its messages much later. The newest of them, or the vault, says what became of the session.
      if (since(update.tokens.left, environment) >= update.tokens.expiresIn * 1000) return
    }
    note(to ? 'answers' : update.tokens ? 'tokens' : 'signed-out')
    listener.onUpdate(update)
    if (to) answered()
  }
  const read = (message: Message) => {
    if ('update' in message) receive(message)
    else if ('failure' in message) {
      const left = message.pause - sinceSent(message.sent)
      if (left > 0) listener.onFailure(message.failure, left)
    } else {
      note('asks')
      const update = listener.answer()
      if (update) send(update, message.question)
    }
  }
  if (channel) channel.onmessage = ({ data }) => read(data)
  return {
    broadcast: (update) => send(update),
    // Not every cause can be cloned, so it is told in words.
    shareFailure: (failure, pause) =>
      post({ failure: { ...failure, cause: `${failure.cause}` }, pause, sent: environment.wall() }),
    async ask(version) {
      if (!channel) return
      oldest = version
      question = Math.random()
      post({ question })
      await new Promise<void>((resolve) => {
        answered = resolve
        environment.after(askTimeout, resolve)
      })
      question = 0
    },
    close: () => channel?.close(),
  }
}
