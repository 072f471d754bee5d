import type { ClientConfig } from './config.js'
import { callSafely, type Events } from './events.js'
import type { Session } from './session.js'

const mostWaiting = 100

/** Requests that wait while a person signs in again: at most 100, and not for ever. */
export interface Reauthentication {
  /** Asks the person. */
  begin(config: ClientConfig, reason: string): void
  /** Resolves when it is over, however that is. */
  wait(): Promise<void>
}

export function createReauthentication(session: Session, events: Events): Reauthentication {
  let waiting = 0
  const whenOver = (call: () => void) => {
    const stop = events.on('change', () => {
      if (session.state === 'reauth') return
      stop()
      call()
    })
  }
  return {
    begin({ environment, timeouts, onReauth }, reason) {
      const { user } = session
      let giveUp: (why: string) => void = (why) => session.end(why)
      const cancel = () => giveUp('reauth_cancelled')
      const cancelTimer = environment.after(timeouts.reauth, () => giveUp('reauth_timeout'))
      session.suspend(reason)
      whenOver(() => {
        giveUp = () => {}
        cancelTimer()
      })
      callSafely(() => {
        const dialog = onReauth!({ reason, user, cancel })
        if (dialog instanceof Promise) dialog.then(cancel, cancel)
      })
    },
    wait: () =>
      new Promise((resolve) => {
        waiting++
        whenOver(() => {
          waiting--
          resolve()
        })
        if (waiting > mostWaiting) session.end('reauth_crowded')
      }),
  }
}
