import type { LogoutRequest } from '@sessionward/protocol'
import { z } from 'zod'
import { AnswerError } from '../../../answer-error.js'
import { emptyAnswer } from '../../answer.js'
import { chooseCookie } from '../../choose-session.js'
import { readJson } from '../../read-json.js'
import type { Call, HttpParts, Route } from '../../route.js'
import { requireListedOrigin } from '../../same-origin.js'
import { clearCookie, presentedCookies } from '../../transport/cookie.js'

export const logoutRequest = z.object({
  refresh_token: z.string().min(1).max(512).optional(),
  everywhere: z.boolean().optional(),
})

interface Caller {
  readonly sid: string
  readonly tenant: string
  readonly subject: string
}

/**
 * POST {basePath}/logout: ends the session of the token that came, or every session of its subject. Whoever has no session
 * any more gets the same answer, so that it can be sent twice.
 */
export function logout(parts: HttpParts): Route {
  const { config, cookies: scheme, sessions, guard } = parts

  async function byToken(token: string, transport: 'cookie' | 'body'): Promise<Caller | null> {
    const session = await sessions.inspect({ token, transport })
    if (!session) return null
    // Without a proof by its key a bound session is not ended; the caller's own cookie is cleared, and that is all.
    if (session.binding) return null
    return { sid: session.id, tenant: session.tenant, subject: session.subject }
  }

  async function byAccessToken(headers: Headers): Promise<Caller> {
    const principal = await guard.check(headers)
    return { sid: principal.sessionId, tenant: principal.tenant ?? '', subject: principal.subject }
  }

  return {
    method: 'POST',
    path: `${config.basePath}/logout`,
    name: 'logout',
    async handle({ request }: Call) {
      const { headers } = request
      const body: LogoutRequest = await readJson(request, logoutRequest)
      const cleared: string[] = []
      let caller: Caller | null = null
      if (body.refresh_token !== undefined) caller = await byToken(body.refresh_token, 'body')
      else if (presentedCookies(headers, scheme).length > 0) {
        requireListedOrigin(headers, config.origins)
        const cookie = await cookieOf(headers)
        if (cookie) {
          caller = await byToken(cookie.token, 'cookie')
          cleared.push(clearCookie(scheme, cookie.name))
        }
      }
      if (!caller && headers.has('Authorization')) caller = await byAccessToken(headers)
      // The others first: where that breaks off, the token that came is still good for asking again.
      if (caller && body.everywhere) await sessions.endAll(caller, 'signed_out', caller.sid)
      if (caller) await sessions.end(caller.sid, 'signed_out')
      return emptyAnswer(cleared)
    },
  }

  /** The cookie that is meant, or nothing where the session that the caller named is not here. */
  async function cookieOf(headers: Headers) {
    try {
      return await chooseCookie(headers, parts)
    } catch (error) {
      if (error instanceof AnswerError && error.code === 'session_changed') return null
      throw error
    }
  }
}
