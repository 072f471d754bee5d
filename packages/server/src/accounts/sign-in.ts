import type { EarlierSessions } from '../admission.js'
import { AnswerError } from '../answer-error.js'
import type { Directory, PasswordChange, Registration } from '../directory/directory.js'
import type { Events } from '../events.js'
import type { Refusal } from '../protection/gate.js'
import type { Attempt, Throttle } from '../protection/throttle.js'
import type { NewSession } from '../session/new-session.js'
import type { SessionService } from '../session-service.js'
import type { Store } from '../store/store.js'
import type { IssuedTokens } from '../tokens/mint.js'
import { foldUsername } from './username.js'

/** A sign-in with a user name and a password. */
export interface SignIn extends Pick<NewSession, 'transport' | 'remember' | 'device' | 'userAgent'> {
  /** The user name, as the person typed it. */
  readonly username: string
  /** The password, as the person typed it. */
  readonly password: string
  /**
   * Network address of the client. Sign-ins without one count as coming from the same address: after 100 failures in 15
   * minutes (`throttle.address`) all of them are refused for a time. Therefore pass the address if you call `signIn` yourself.
   */
  readonly address?: string
  /** Default: one tenant. */
  readonly tenant?: string
}

export interface Register extends Registration {
  /** Network address of the client; null where it is not known. */
  readonly address: string | null
}

export interface ChangePassword extends PasswordChange {
  /** The session of the request, which does not end. */
  readonly sid: string
  /** Network address of the client; null where it is not known. */
  readonly address: string | null
}

/** Captcha and hooks of the application, which look at an attempt that the throttle has let through. */
export type Examination = (failures: number) => Promise<Refusal | undefined>

export interface PeopleParts {
  readonly store: Store
  readonly directory: Directory
  readonly throttle: Throttle
  readonly sessions: SessionService
  readonly events: Events
  readonly registration: 'open' | 'closed'
}

/** Sign-in, registration and change of a password: all that hashes one, behind the throttle. */
export function createSignIn({ store, directory, throttle, sessions, events, registration }: PeopleParts) {
  return {
    async signIn(
      { username, password, ...rest }: SignIn,
      earlier?: EarlierSessions,
      examine?: Examination,
    ): Promise<IssuedTokens> {
      const tenant = rest.tenant ?? ''
      const usernameKey = `name ${canonicalUsername(directory, username)}`
      const attempt = await throttle.admit({ tenant, usernameKey, address: rest.address ?? null })
      await passes(attempt, examine)
      const person = await withdrawIfRejected(attempt, directory.authenticate({ tenant, username, password }))
      if (!person) {
        // Without the user name: people type their password into the wrong field.
        events.emit({ type: 'sign_in_failed', at: await store.now(), tenant })
        throw new AnswerError('invalid_credentials')
      }
      await attempt.succeeded()
      const issued = await sessions.start({ ...rest, subject: person.subject, amr: ['pwd'] }, earlier)
      if ((await person.unchanged?.()) === false) {
        // The password changed meanwhile. That change ended all sessions of the subject, but this one did not exist yet.
        await sessions.end(issued.session.id, 'credentials_changed')
        throw new AnswerError('invalid_credentials')
      }
      return issued
    },

    async register({ address, ...input }: Register, examine?: Examination): Promise<{ readonly subject: string }> {
      if (registration === 'closed' || !directory.register) {
        throw new AnswerError('not_found', 'registration is closed on this server')
      }
      const attempt = await throttle.admitRegistration(address)
      await passes(attempt, examine)
      const person = await withdrawIfRejected(attempt, directory.register(input))
      if (person === 'taken') throw new AnswerError('username_taken')
      events.emit({ type: 'account_created', at: await store.now(), tenant: input.tenant, subject: person.subject })
      return person
    },

    /** Changes the password and ends every other session of the subject. */
    async changePassword({ sid, address, ...change }: ChangePassword): Promise<void> {
      if (!directory.changePassword) throw new AnswerError('not_found')
      const { tenant, subject } = change
      // By session, so that a stolen access token cannot use up the attempts of the owner, who signs in again for new ones; and
      // apart from names, so that a sign-in with a chosen name cannot use up these.
      const attempt = await throttle.admit({ tenant, usernameKey: `session ${sid}`, address })
      const outcome = await withdrawIfRejected(attempt, directory.changePassword(change))
      if (outcome === 'wrong') throw new AnswerError('invalid_credentials')
      // Not `succeeded`: a session needs no known address.
      await attempt.withdraw()
      await retry(() => sessions.endAll({ tenant, subject }, 'credentials_changed', sid))
      events.emit({ type: 'password_changed', at: await store.now(), tenant, subject, sid })
    },
  }
}

/** The name that attempts are counted by. */
function canonicalUsername(directory: Directory, username: string): string {
  return directory.canonicalUsername ? directory.canonicalUsername(username) : foldUsername(username)
}

/**
 * After the throttle, so that nobody can try codes of an SMS or ask a captcha service without end; before the password, so that
 * a refused captcha costs no hash.
 */
async function passes(attempt: Pick<Attempt, 'failures' | 'withdraw'>, examine?: Examination): Promise<void> {
  const refusal = examine && (await withdrawIfRejected(attempt, examine(attempt.failures)))
  if (!refusal) return
  if (!refusal.counts) await attempt.withdraw()
  throw refusal.error
}

/** A password that could not be checked (store unavailable, too many at once) does not count as a wrong one. */
async function withdrawIfRejected<T>(attempt: Pick<Attempt, 'withdraw'>, checking: Promise<T>): Promise<T> {
  try {
    return await checking
  } catch (error) {
    await attempt.withdraw()
    throw error
  }
}

/** Milliseconds between the attempts. */
const pauses = [100, 400, 1600]

/** The password has already changed and cannot change back, so ending the other sessions is tried more than once. */
async function retry(act: () => Promise<unknown>): Promise<void> {
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
    const detail = 'the password was changed, but the other sessions could not be ended: sign out everywhere'
    throw new AnswerError('service_unavailable', detail, { retryAfter: 5, cause })
  }
}
