import { type LoginRequest, refreshCookieName, refreshCookiePrefix } from '@sessionward/protocol'
import { z } from 'zod'
import { AnswerError } from '../../../answer-error.js'
import { readJson } from '../../read-json.js'
import type { Call, HttpParts, Route } from '../../route.js'
import { requireListedOrigin } from '../../same-origin.js'
import { tokenAnswer } from '../../token-answer.js'
import { clearCookie, presentedCookies } from '../../transport/cookie.js'

export const loginRequest = z.object({
  username: z.string().min(1).max(256),
  password: z.string().min(1).max(1024),
  remember: z.boolean().optional(),
  transport: z.enum(['cookie', 'body']).optional(),
  device: z
    .object({
      id: z.string().max(128).optional(),
      name: z.string().max(128).optional(),
      class: z.enum(['phone', 'tablet', 'desktop', 'other']).optional(),
    })
    .optional(),
})

/** POST {basePath}/login: a user name and a password for the first tokens of a session. */
export function login(parts: HttpParts): Route {
  const { config, cookies: scheme, people, sessions } = parts

  /** Sign-in never goes on with what was there before: earlier sessions of this client in this browser end. */
  async function endEarlier(headers: Headers, sid: string): Promise<string[]> {
    const prefix = refreshCookiePrefix(scheme, config.clientId)
    const earlier = presentedCookies(headers, scheme).filter(({ name }) => name.startsWith(prefix))
    for (const { token } of earlier) await replace(token)
    return earlier
      .filter(({ name }) => name !== refreshCookieName(scheme, config.clientId, sid))
      .map(({ name }) => clearCookie(scheme, name))
  }

  /** A cookie that cannot be read just now (its key is unknown here) must not stand in the way of a fresh start. */
  async function replace(token: string): Promise<void> {
    try {
      const session = await sessions.inspect({ token, transport: 'cookie' })
      if (session && !session.binding) await sessions.end(session.id, 'session_replaced')
    } catch (error) {
      if (!(error instanceof AnswerError)) throw error
    }
  }

  return {
    method: 'POST',
    path: `${config.basePath}/login`,
    name: 'login',
    async handle({ request, address }: Call) {
      const body: LoginRequest = await readJson(request, loginRequest)
      const transport = body.transport ?? 'cookie'
      if (transport === 'cookie') requireListedOrigin(request.headers, config.origins)
      const issued = await people.signIn({
        username: body.username,
        password: body.password,
        transport,
        ...(body.remember === undefined ? {} : { remember: body.remember }),
        ...(body.device === undefined ? {} : { device: body.device }),
        ...(address === null ? {} : { address }),
        userAgent: (request.headers.get('User-Agent') ?? '').slice(0, 256),
      })
      const cleared = transport === 'cookie' ? await endEarlier(request.headers, issued.session.id) : []
      return tokenAnswer(scheme, issued, cleared)
    },
  }
}
