import type { Failure } from '../backend/backend.js'
import type { ClientConfig } from '../config.js'
import { momentOf, since } from '../expiry.js'
import type { Session, SessionUpdate } from '../session.js'
import { isCredible } from '../vault/vault.js'

interface Update {
  readonly update: SessionUpdate
  /** Milliseconds since the request for the tokens was sent: the monotonic clocks of two tabs differ. */
  readonly age: number
  /** The question that this answers; undefined if it is new, for all tabs. */
  readonly to?: number | undefined
  readonly failure?: undefined
}

interface Failed {
  readonly update?: undefined
  readonly failure: Failure
  /** Milliseconds until the next try. */
  readonly pause: number
}

interface Question {
  readonly update?: undefined
  readonly failure?: undefined
  readonly question: number
}

/** `sent`: milliseconds since the epoch. A frozen tab may read its messages much later. */
type Message = (Update | Failed | Question) & { readonly sent: number }

/** What comes from other tabs. */
export interface TabListener {
  receive(update: SessionUpdate, by: 'another-tab'): void
  /** A refresh failed; the next try is due after so many milliseconds. */
  failed(failure: Failure, pause: number): void
}

export interface Tabs {
  broadcast(update: SessionUpdate): void
  shareFailure(failure: Failure, pause: number): void
  /** Asks the other tabs for an access token no older than `version`, which has been received when this resolves. */
  ask(version: number): Promise<void>
  close(): void
}

const askTimeout = 100

export function openTabs({ name, environment }: ClientConfig, session: Session, listener: () => TabListener): Tabs {
  const channel = environment.openChannel(name)
  let question = 0
  let oldest = 0
  let answered = () => {}
  const post = (message: Update | Failed | Question) => channel?.postMessage({ ...message, sent: environment.wall() })
  const send = (update: SessionUpdate, to?: number) =>
    post({ update, age: update.tokens ? since(update.tokens.left, environment) : 0, to })
  const receive = ({ update, age, to }: Update, ago: number) => {
    const { tokens, version } = update
    // Only the first answer counts.
    if (!isCredible(version, environment) || (to && (to !== question || version < oldest))) return
    if (tokens) {
      // The object is a copy that belongs to this tab.
      tokens.left = momentOf(environment, age + ago)
      // A frozen tab reads its messages much later. The newest of them, or the vault, has the current session.
      if (since(tokens.left, environment) >= tokens.expiresIn * 1000) return
    }
    listener().receive(update, 'another-tab')
    if (to) answered()
  }
  const read = (message: Message) => {
    const ago = Math.max(0, environment.wall() - message.sent)
    if (message.update) receive(message, ago)
    else if (message.failure) {
      if (message.pause > ago) listener().failed(message.failure, message.pause - ago)
    } else {
      const { tokens, version } = session
      if (tokens && session.isFresh()) send({ tokens, version }, message.question)
    }
  }
  if (channel) channel.onmessage = ({ data }) => read(Object(data))
  return {
    broadcast: send,
    // Not every cause can be cloned, so it is sent as a string.
    shareFailure: (failure, pause) => post({ failure: { ...failure, cause: `${failure.cause}` }, pause }),
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
