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
import type { Call, Route } from '../../route.js'
import type { Presented, Transports } from '../../transport/transport.js'

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
 * POST {basePath}/logout: ends the session of the token that came, or every session of its subject. A caller whose session has
 * ended already gets the same answer, so that it can be sent twice.
 *
 * A superseded refresh token may end its own session. To end every session takes a refresh token that a refresh would accept, or
 * an access token: an old token out of a log must not sign a person out everywhere.
 */
export function logout({ config, sessions, guard, transports }: LogoutParts): Route {
  async function byToken(presented: Presented): Promise<ByToken> {
    const found = await sessions.inspect(presented)
    if (!found) return nobody
    const { session, active } = found
    // Without a proof by its key a bound session does not end; the caller's own cookie is cleared, and that is all.
    const caller = active && !session.binding ? { ...ownerOf(session), sid: session.id } : null
    // The earlier ones too, or the browser would continue with the session of an earlier sign-in.
    return { caller, cleared: [...presented.clearEarlier, ...presented.clear], identified: presented.token }
  }

  async function byAccessToken(request: HttpRequest): Promise<Caller> {
    const principal = await guard.check(request)
    return { sid: principal.sessionId, tenant: principal.tenant ?? '', subject: principal.subject }
  }

  /** The refresh token that is meant; null where the session that the caller names is not here. */
  async function read(headers: HeaderReader, refreshToken: string | undefined): Promise<Presented | null> {
    const { body, cookie } = transports
    try {
      const presented = (await body.read(headers, refreshToken)) ?? (await cookie.read(headers, undefined))
      // The same refusal as with a cookie: a page that is not listed must not learn whether somebody is signed in.
      if (!presented && headers.has('Origin') && !headers.has('Authorization')) cookie.admit(headers)
      return presented
    } catch (error) {
      if (!(error instanceof AnswerError && isElsewhere.has(error.code))) throw error
      // A sign-out that names an earlier session means it, although somebody has signed in since.
      return cookie.readNamed(headers)
    }
  }

  return {
    method: 'POST',
    path: `${config.basePath}/logout`,
    name: 'logout',
    async handle({ request }: Call) {
      const { headers } = request
      const body: LogoutRequest = await readJson(request, logoutRequest)
      const presented = await read(headers, body.refresh_token)
      const { caller: known, cleared, identified } = presented ? await byToken(presented) : nobody
      const authorization = headers.get('Authorization')
      // The single token of a session that has ended already was looked at as such.
      const isAnother = authorization !== null && (identified === null || !authorization.endsWith(identified))
      const isEnough = known && (!body.everywhere || (await sessions.findFollowed(presented!)) !== undefined)
      const bearer = isAnother && !isEnough ? await byAccessToken(request) : null
      const everyOf = body.everywhere ? (isEnough ? known : bearer) : null
      // The others first: if that fails half way, the token that came is still good for another try.
      if (everyOf) await sessions.endAll(everyOf, 'signed_out', everyOf.sid)
      // What the browser forgets here must not live on: somebody may hold a copy of it.
      for (const sid of presented?.earlier ?? []) await sessions.end(sid, 'signed_out')
      for (const one of [bearer, known]) if (one) await sessions.end(one.sid, 'signed_out')
      if (body.everywhere && known && !everyOf) throw new AnswerError('invalid_request', onlyItsOwn)
      return emptyAnswer(cleared)
    },
  }
}

/** Whose token came. */
interface ByToken {
  readonly caller: Caller | null
  readonly cleared: readonly string[]
  /** The token, if it is genuine. */
  readonly identified: string | null
}

const nobody: ByToken = { caller: null, cleared: [], identified: null }

const onlyItsOwn =
  'everywhere: expected the current refresh token or an access token; only the session of the token has ended'

const isElsewhere: ReadonlySet<string> = new Set(['session_changed', 'refresh_token_missing'])

function ownerOf({ tenant, subject }: { readonly tenant: string; readonly subject: string }) {
  return { tenant, subject }
}
