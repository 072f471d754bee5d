import { AnswerError } from '../answer-error.js'
import type { Directory, PasswordChange, Registration } from '../directory/directory.js'
import type { Events } from '../events.js'
import type { Attempt, Throttle } from '../protection/throttle.js'
import type { NewSession } from '../session/new-session.js'
import type { SessionService } from '../session-service.js'
import type { Store } from '../store/store.js'
import type { Issued } from '../tokens/mint.js'
import { foldUsername } from './username.js'

/** A sign-in with a user name and a password. */
export interface SignIn extends Pick<NewSession, 'transport' | 'remember' | 'device' | 'address' | 'userAgent'> {
  readonly username: string
  readonly password: string
  /** Default: one tenant. */
  readonly tenant?: string
}

export interface PeopleParts {
  readonly store: Store
  readonly directory: Directory
  readonly throttle: Throttle
  readonly sessions: SessionService
  readonly events: Events
  readonly registration: 'open' | 'closed'
}

/** What people do with a password: sign in, register, change it. */
export function createSignIn({ store, directory, throttle, sessions, events, registration }: PeopleParts) {
  return {
    async signIn({ username, password, ...rest }: SignIn): Promise<Issued> {
      const tenant = rest.tenant ?? ''
      const usernameKey = foldUsername(username)
      const attempt = await throttle.admit({ tenant, usernameKey, address: rest.address ?? null })
      const person = await checked(attempt, directory.authenticate({ tenant, username, password }))
      if (!person) {
        // The user name stays out of the event: people type their password into the wrong field.
        events.emit({ type: 'sign_in_failed', at: await store.now(), tenant })
        throw new AnswerError('invalid_credentials')
      }
      await attempt.succeeded()
      const issued = await sessions.start({ ...rest, subject: person.subject, amr: ['pwd'] })
      if ((await person.unchanged?.()) === false) {
        // The password changed meanwhile, and whoever changed it has ended all sessions but this one, which was not there yet.
        await sessions.end(issued.session.id, 'credentials_changed')
        throw new AnswerError('invalid_credentials')
      }
      return issued
    },

    async register(input: Registration): Promise<{ readonly subject: string }> {
      if (registration === 'closed' || !directory.register) throw new AnswerError('not_found')
      const person = await directory.register(input)
      if (person === 'taken') throw new AnswerError('username_taken')
      events.emit({ type: 'account_created', at: await store.now(), tenant: input.tenant, subject: person.subject })
      return person
    },

    /** Changes the password and ends every session of the subject but the one that asked. */
    async changePassword(change: PasswordChange & { readonly sid: string }): Promise<void> {
      if (!directory.changePassword) throw new AnswerError('not_found')
      const { tenant, subject } = change
      // No folded user name has a capital letter, so nobody can use up these attempts by a name at the sign-in.
      const attempt = await throttle.admit({ tenant, usernameKey: `SUBJECT ${subject}`, address: null })
      const outcome = await checked(attempt, directory.changePassword(change))
      if (outcome === 'wrong') throw new AnswerError('invalid_credentials')
      await attempt.succeeded()
      await insist(() => sessions.endAll({ tenant, subject }, 'credentials_changed', change.sid))
      events.emit({ type: 'password_changed', at: await store.now(), tenant, subject, sid: change.sid })
    },
  }
}

/** A password that could not be checked (the store away, too many at once) does not count as a wrong one. */
async function checked<T>(attempt: Attempt, checking: Promise<T>): Promise<T> {
  try {
    return await checking
  } catch (error) {
    await attempt.withdraw()
    throw error
  }
}

/** Milliseconds between the tries of what must follow a change that cannot be taken back. */
const pauses = [100, 400, 1600]

/** The password has changed already: where the store stumbles now, the ends of the other sessions are tried again. */
async function insist(act: () => Promise<unknown>): Promise<void> {
  for (const pause of pauses) {
    try {
      await act()
      return
    } catch {
      await new Promise((resolve) => setTimeout(resolve, pause))
    }
  }
  try {
    await act()
  } catch (cause) {
    const detail = 'the password is changed, but other sessions could not be ended: sign out everywhere'
    throw new AnswerError('service_unavailable', detail, { retryAfter: 5, cause })
  }
}
