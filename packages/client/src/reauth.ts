import type { ClientConfig, Reauth } from './config.js'
import type { SignOutReason } from './errors.js'
import type { Events } from './events.js'

/** The part of the session that a person decides about. */
interface Suspended {
  readonly reason?: SignOutReason | undefined
  readonly user?: Reauth['user']
  end(reason: SignOutReason): void
}

/** Asks the person to sign in again, while requests wait. */
export function askPerson(config: ClientConfig, session: Suspended, events: Events): void {
  const { environment, timeouts, name, signIn, onReauth } = config
  const over = new AbortController()
  const { signal } = over
  const giveUp = (why: SignOutReason) => () => {
    if (!signal.aborted) session.end(why)
  }
  const cancel = giveUp('reauth_cancelled')
  const cancelTimer = environment.after(timeouts.reauth, giveUp('reauth_timeout'))
  // The session does not change before the person has signed in or given up.
  const stop = events.on('change', () => {
    stop()
    cancelTimer()
    over.abort()
  })
  const reauth: Reauth = { reason: session.reason!, user: session.user, cancel, signal, name, signIn: signIn! }
  events.emit('reauth', reauth)
  // An error of the application becomes an unhandled rejection.
  void (async () => {
    const dialog = onReauth?.(reauth)
    if (dialog instanceof Promise) dialog.then(cancel, cancel)
  })()
}
