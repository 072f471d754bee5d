import { AnswerError } from '../answer-error.js'
import type { Authenticated, Directory, PasswordChange, Registration } from '../directory/directory.js'
import type { Events } from '../events.js'
import type { Refusal } from '../protection/attempt-checks.js'
import type { Attempt, Throttle } from '../protection/throttle.js'
import type { NewSession } from '../session/new-session.js'
import type { EarlierSessions } from '../session-admission.js'
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
   * Network address of the client. Sign-ins without one count as one address: after 100 failures in 15 minutes
   * (`throttle.address`) all of them are refused for a time. Pass the address if you call `signIn` yourself.
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

/** Checks an attempt that the throttle has admitted: captcha, then the application's hooks. */
export type AttemptCheck = (failures: number) => Promise<Refusal | undefined>

export interface SignInServiceParts {
  readonly store: Store
  readonly directory: Directory
  readonly throttle: Throttle
  readonly sessions: SessionService
  readonly events: Events
  readonly registration: 'open' | 'closed'
}

export type SignInService = ReturnType<typeof createSignInService>

/** Sign-in, registration and password change: everything that hashes a password, behind the throttle. */
export function createSignInService({
  store,
  directory,
  throttle,
  sessions,
  events,
  registration,
}: SignInServiceParts) {
  return {
    async signIn(
      { username, password, ...rest }: SignIn,
      earlier?: EarlierSessions,
      check?: AttemptCheck,
    ): Promise<IssuedTokens> {
      const tenant = rest.tenant ?? ''
      const usernameKey = `name ${canonicalUsername(directory, username)}`
      const attempt = await throttle.admit({ tenant, usernameKey, address: rest.address ?? null })
      await requirePassed(attempt, check)
      const person = await withdrawIfRejected(attempt, directory.authenticate({ tenant, username, password }))
      if (!person) {
        // Without the user name, because people sometimes type their password into that field.
        events.emit({ type: 'sign_in_failed', at: await store.now(), tenant })
        throw new AnswerError('invalid_credentials')
      }
      await attempt.succeeded()
      const issued = await sessions.start({ ...rest, subject: person.subject, amr: ['pwd'] }, earlier)
      if (!(await isStillValid(person, issued.session.id))) {
        // The password changed meanwhile, and this session did not exist yet when the change ended all others.
        await sessions.end(issued.session.id, 'credentials_changed')
        throw new AnswerError('invalid_credentials')
      }
      return issued
    },

    async register({ address, ...input }: Register, check?: AttemptCheck): Promise<{ readonly subject: string }> {
      if (registration === 'closed' || !directory.register) {
        throw new AnswerError('not_found', 'registration is closed on this server')
      }
      const attempt = await throttle.admitRegistration(address)
      await requirePassed(attempt, check)
      // Read before: once the account exists, a failure would look like one of the registration.
      const at = await store.now()
      const person = await withdrawIfRejected(attempt, directory.register(input))
      if (person === 'taken') throw new AnswerError('username_taken')
      events.emit({ type: 'account_created', at, tenant: input.tenant, subject: person.subject })
      return person
    },

    /** Changes the password and ends every other session of the subject. */
    async changePassword({ sid, address, ...change }: ChangePassword): Promise<void> {
      if (!directory.changePassword) throw new AnswerError('not_found')
      const { tenant, subject } = change
      // Counted by session, so that a stolen access token cannot use up the attempts of the owner's other sessions. The prefix keeps
      // session ids and user names apart, so that a sign-in with a crafted name cannot use up these attempts.
      const attempt = await throttle.admit({ tenant, usernameKey: `session ${sid}`, address })
      const outcome = await withdrawIfRejected(attempt, directory.changePassword(change))
      if (outcome === 'wrong') throw new AnswerError('invalid_credentials')
      // Not `succeeded`, which would remember the address for the session.
      await attempt.withdraw()
      await retry(() => sessions.endAll({ tenant, subject }, 'credentials_changed', sid))
      events.emit({ type: 'password_changed', at: await store.now(), tenant, subject, sid })
    },
  }

  /** If that cannot be found out, the new session ends: nobody gets its tokens, and it would count under a session policy. */
  async function isStillValid(person: Authenticated, sid: string): Promise<boolean> {
    try {
      return (await person.unchanged?.()) !== false
    } catch (error) {
      await sessions.end(sid, 'session_revoked')
      throw error
    }
  }
}

/** The form of a user name by which attempts are counted. */
function canonicalUsername(directory: Directory, username: string): string {
  return directory.canonicalUsername ? directory.canonicalUsername(username) : foldUsername(username)
}

/**
 * Runs after the throttle, so that SMS codes cannot be guessed and a captcha service cannot be called without limit, and before the
 * password check, so that a refused attempt costs no hash.
 */
async function requirePassed(attempt: Pick<Attempt, 'failures' | 'withdraw'>, check?: AttemptCheck): Promise<void> {
  const refusal = check && (await withdrawIfRejected(attempt, check(attempt.failures)))
  if (!refusal) return
  if (!refusal.counts) await attempt.withdraw()
  throw refusal.error
}

/** An attempt whose password could not be checked (store unavailable, queue full) does not count as failed. */
async function withdrawIfRejected<T>(attempt: Pick<Attempt, 'withdraw'>, checking: Promise<T>): Promise<T> {
  try {
    return await checking
  } catch (error) {
    await attempt.withdraw()
    throw error
  }
}

/** Milliseconds between attempts. */
const retryDelays = [100, 400, 1600]

/** The password has already changed and cannot be changed back, so ending the other sessions is retried. */
async function retry(act: () => Promise<unknown>): Promise<void> {
  for (const pause of retryDelays) {
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
