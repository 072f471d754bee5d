import type { ClientConfig } from './config.js'
import { callSafely } from './events.js'
import type { Session } from './session.js'

const mostWaiting = 100

/** Requests that wait while a person signs in again: at most 100, and not for ever. */
export class Reauthentication {
  readonly #session: Session
  readonly #giveUp: (reason: string) => void
  #cancelTimer = () => {}
  #count = 0

  constructor(session: Session, giveUp: (reason: string) => void) {
    this.#session = session
    this.#giveUp = giveUp
  }

  /** Asks the person. */
  begin({ environment, timeouts, onReauth }: ClientConfig, reason: string): void {
    const { user } = this.#session
    let open = true
    const cancel = () => {
      if (open && this.#session.state === 'reauth') this.#giveUp('reauth_cancelled')
    }
    this.#cancelTimer = environment.after(timeouts.reauth, () => this.#giveUp('reauth_timeout'))
    const unsubscribe = this.#session.subscribe(() => {
      if (this.#session.state === 'reauth') return
      open = false
      this.#cancelTimer()
      unsubscribe()
    })
    this.#session.suspend(reason)
    callSafely(() => {
      const dialog = onReauth?.({ reason, user, cancel })
      if (dialog instanceof Promise) dialog.then(cancel, cancel)
    })
  }

  /** Resolves when it is over, however that is. */
  wait(): Promise<void> {
    return new Promise((resolve) => {
      const unsubscribe = this.#session.subscribe(() => {
        if (this.#session.state === 'reauth') return
        unsubscribe()
        this.#count--
        resolve()
      })
      if (++this.#count > mostWaiting) this.#giveUp('reauth_crowded')
    })
  }
}
