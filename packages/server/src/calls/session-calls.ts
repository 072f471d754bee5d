import type { RequestHeaders } from '@sessionward/guard'
import type { SessionEndReason, TokenAnswer, Transport } from '@sessionward/protocol'
import type { SignIn, SignInService } from '../accounts/sign-in.js'
import { cookieSafe } from '../config/values.js'
import { readClientAddress } from '../http/client-address.js'
import { readCookieHeader } from '../http/cookie-header.js'
import type { Transports } from '../http/transport/transport.js'
import type { SessionKind } from '../session/kind.js'
import type { NewSession } from '../session/new-session.js'
import { type SessionSummary, summaryOf } from '../session/summary.js'
import type { EarlierSessions } from '../session-admission.js'
import type { Presentation } from '../session-service/presentation.js'
import type { SessionService } from '../session-service.js'
import type { Owner, SessionStore } from '../store/store.js'
import type { IssuedTokens } from '../tokens/mint.js'
import { checkEnd, checkEndAll, checkNewSession, checkOwner, checkPresentation, checkSignIn } from './check-input.js'

/** The tokens of a session that a typed call has started or refreshed. */
export interface StartedSession extends TokenAnswer {
  /** Set-Cookie values to send to the browser, if the session's transport is `cookie`. */
  readonly setCookies: readonly string[]
}

/** The browser that a sign-in comes from. */
export interface FromBrowser {
  /** `Headers`, or a plain object such as Node's `req.headers`. Only `Cookie` is read. */
  readonly headers: RequestHeaders
}

/** The owner of sessions. `tenant` can be omitted if there is only one. */
export type SubjectOf = Pick<Owner, 'subject'> & Partial<Owner>

/** The sessions of an auth server, as typed calls. */
export interface Sessions {
  /**
   * Starts a session for a person who was authenticated by other means, such as OIDC, Passport or SMS.
   *
   * @param browser `headers` of the browser's request. The browser's earlier sessions of this client then end, as with
   * POST /auth/login, and `setCookies` clears their cookies. Default: they continue, and the latest sign-in wins.
   * @throws TypeError that names the input; AnswerError `account_disabled`, `session_limit_reached`.
   */
  start(input: NewSession, browser?: FromBrowser): Promise<StartedSession>
  /**
   * Checks a user name and a password, and starts a session.
   *
   * @param browser As for `start`.
   * @throws AnswerError `invalid_credentials`, `too_many_attempts`, `account_disabled`, `session_limit_reached`,
   * `service_unavailable`.
   */
  signIn(input: SignIn, browser?: FromBrowser): Promise<StartedSession>
  /** Exchanges a refresh token, or the token of a sliding or fixed session, like POST /auth/refresh. @throws AnswerError with the code that the endpoint would answer. */
  refresh(presentation: Presentation): Promise<StartedSession>
  /** Ends one session; guards refuse its access tokens within a second. Default reason `session_revoked`. */
  end(sid: string, reason?: SessionEndReason): Promise<void>
  /**
   * Ends every session of a subject. Default reason `session_revoked`.
   *
   * @param options `except`: the id of a session that does not end, such as that of the request. Default: none.
   * @returns how many have ended.
   */
  endAll(owner: SubjectOf, reason?: SessionEndReason, options?: { readonly except?: string }): Promise<number>
  /** The active sessions of a subject, the newest first. Nothing in them can be used to sign in. */
  list(owner: SubjectOf): Promise<readonly SessionSummary[]>
}

export interface SessionCallsParts {
  readonly kind: SessionKind
  readonly transports: Transports
  readonly sessions: Pick<SessionService, 'start' | 'refresh' | 'end' | 'endAll'>
  readonly signInService: Pick<SignInService, 'signIn'>
  readonly sessionStore: Pick<SessionStore, 'listBySubject'>
}

/** The operations of the endpoints as typed calls for code in the same process. Each call validates its input. */
export function createSessionCalls({
  kind,
  transports,
  sessions,
  signInService,
  sessionStore,
}: SessionCallsParts): Sessions {
  /** The same steps as in POST /auth/login. */
  const toStartedSession = async (
    begin: (earlier: EarlierSessions) => Promise<IssuedTokens>,
    browser?: FromBrowser,
    requested: Transport = kind.transports[0],
  ): Promise<StartedSession> => {
    const headers = browser && readCookieHeader(browser.headers)
    const issued = await begin(async (clientId) => (headers ? transports[requested].earlier(headers, clientId) : []))
    const transport = transports[issued.session.transport]
    const cleared = headers ? await transport.replaceEarlier(headers, issued.session) : []
    const { answer, setCookies } = transport.write(issued)
    return { ...answer, setCookies: [...cleared, ...setCookies] }
  }

  return {
    async start(input, browser) {
      checkNewSession(input)
      if (input.clientId !== undefined) cookieSafe('clientId', input.clientId)
      return toStartedSession((earlier) => sessions.start(input, earlier), browser, input.transport)
    },
    async signIn(input, browser) {
      checkSignIn(input)
      const address = readClientAddress(input.address)
      const given = { ...input, ...(address !== null && { address }) }
      return toStartedSession((earlier) => signInService.signIn(given, earlier), browser, input.transport)
    },
    async refresh(presentation) {
      checkPresentation(presentation)
      return toStartedSession(() => sessions.refresh(presentation))
    },
    async end(sid, reason = 'session_revoked') {
      checkEnd(sid, reason)
      await sessions.end(sid, reason)
    },
    async endAll(owner, reason = 'session_revoked', options = {}) {
      const whose = checkEndAll(owner, reason, options)
      return sessions.endAll(whose, reason, options.except)
    },
    async list(owner) {
      return (await sessionStore.listBySubject(checkOwner('auth.sessions.list', owner))).map(summaryOf)
    },
  }
}
