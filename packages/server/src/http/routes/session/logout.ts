import type { Guard } from '@sessionward/guard'
import type { LogoutRequest } from '@sessionward/protocol'
import { z } from 'zod'
import { AnswerError } from '../../../answer-error.js'
import type { Config } from '../../../config.js'
import type { SessionService } from '../../../session-service.js'
import { maxAccessTokenLength } from '../../../tokens/sign-access-token.js'
import { emptyAnswer } from '../../answer.js'
import type { HeaderReader, HttpRequest } from '../../http-request.js'
import { readJson } from '../../read-body.js'
import type { Route, RouteContext } from '../../route.js'
import type { PresentedRefreshToken, Transports } from '../../transport/transport.js'

export const logoutRequest = z.object({
  refresh_token: z.string().min(1).max(maxAccessTokenLength).optional(),
  everywhere: z.boolean().optional(),
})

export interface LogoutParts {
  readonly config: Pick<Config, 'basePath'>
  readonly sessions: Pick<SessionService, 'inspect' | 'findFollowed' | 'end' | 'endAll'>
  readonly guard: Pick<Guard, 'check'>
  readonly transports: Transports
}

interface Caller {
  readonly sid: string
  readonly tenant: string
  readonly subject: string
}

/**
 * POST {basePath}/logout: ends the session of the token in the request, or every session of its subject. Idempotent: a session that
 * has already ended gets the same answer.
 *
 * A superseded refresh token may end its own session. Ending every session requires a refresh token that a refresh would accept, or an
 * access token: an old token from a log must not sign a person out everywhere.
 */
export function logout({ config, sessions, guard, transports }: LogoutParts): Route {
  async function identifyByRefreshToken(presented: PresentedRefreshToken): Promise<IdentifiedCaller> {
    const found = await sessions.inspect(presented)
    if (!found) return unidentified
    const { session, active } = found
    // A bound session does not end without a proof by its key; only the caller's own cookie is cleared.
    const caller = active && !session.binding ? { ...ownerOf(session), sid: session.id } : null
    // Clears earlier cookies too, or the browser would continue with the session of an earlier sign-in.
    return { caller, cleared: [...presented.clearEarlier, ...presented.clear], identified: presented.token }
  }

  async function identifyByAccessToken(request: HttpRequest): Promise<Caller> {
    const principal = await guard.check(request)
    return { sid: principal.sessionId, tenant: principal.tenant ?? '', subject: principal.subject }
  }

  /** The refresh token of the request; null if the session that the caller names has no token here. */
  async function read(headers: HeaderReader, refreshToken: string | undefined): Promise<PresentedRefreshToken | null> {
    const { body, cookie } = transports
    try {
      const presented = (await body.read(headers, refreshToken)) ?? (await cookie.read(headers, undefined))
      // Refused even without a cookie, so that a page of an unlisted origin cannot find out whether somebody is signed in.
      if (!presented && headers.has('Origin') && !headers.has('Authorization')) cookie.admit(headers)
      return presented
    } catch (error) {
      if (!(error instanceof AnswerError && otherSessionCodes.has(error.code))) throw error
      // A sign-out that names a session ends that one, even if somebody has signed in since.
      return cookie.readNamed(headers)
    }
  }

  return {
    method: 'POST',
    path: `${config.basePath}/logout`,
    name: 'logout',
    async handle({ request }: RouteContext) {
      const { headers } = request
      const body: LogoutRequest = await readJson(request, logoutRequest)
      const presented = await read(headers, body.refresh_token)
      const {
        caller: tokenCaller,
        cleared,
        identified,
      } = presented ? await identifyByRefreshToken(presented) : unidentified
      const authorization = headers.get('Authorization')
      // The single token of a sliding session may be in `Authorization` too, and has been identified already.
      const isOtherToken = authorization !== null && (identified === null || !authorization.endsWith(identified))
      const isSufficient = tokenCaller && (!body.everywhere || (await sessions.findFollowed(presented!)) !== undefined)
      const bearerCaller = isOtherToken && !isSufficient ? await identifyByAccessToken(request) : null
      const endAllOf = body.everywhere ? (isSufficient ? tokenCaller : bearerCaller) : null
      // The other sessions first: if that fails, the token of the request is still valid for a retry.
      if (endAllOf) await sessions.endAll(endAllOf, 'signed_out', endAllOf.sid)
      // The sessions of all cookies that are cleared end, because somebody may hold a copy.
      for (const sid of presented?.earlier ?? []) await sessions.end(sid, 'signed_out')
      for (const one of [bearerCaller, tokenCaller]) if (one) await sessions.end(one.sid, 'signed_out')
      if (body.everywhere && tokenCaller && !endAllOf) throw new AnswerError('invalid_request', everywhereRefused)
      return emptyAnswer(cleared)
    },
  }
}

/** The caller of a request with a refresh token. */
interface IdentifiedCaller {
  readonly caller: Caller | null
  readonly cleared: readonly string[]
  /** The token, or null if it is not genuine. */
  readonly identified: string | null
}

const unidentified: IdentifiedCaller = { caller: null, cleared: [], identified: null }

const everywhereRefused =
  'everywhere: expected the current refresh token or an access token; only the session of the token has ended'

const otherSessionCodes: ReadonlySet<string> = new Set(['session_changed', 'refresh_token_missing'])

function ownerOf({ tenant, subject }: { readonly tenant: string; readonly subject: string }) {
  return { tenant, subject }
}
