import { errors, type RefreshRequest, sessionHeader } from '@sessionward/protocol'
import { z } from 'zod'
import { AnswerError } from '../../../answer-error.js'
import type { Presentation } from '../../../session-service.js'
import type { Answer } from '../../answer.js'
import { chooseCookie } from '../../choose-session.js'
import { authenticateClient } from '../../client-authentication.js'
import { problemAnswer } from '../../problem.js'
import { readJson } from '../../read-json.js'
import type { Call, HttpParts, Route } from '../../route.js'
import { requireListedOrigin } from '../../same-origin.js'
import { tokenAnswer } from '../../token-answer.js'
import { clearCookie } from '../../transport/cookie.js'

export const refreshRequest = z.object({
  refresh_token: z.string().min(1).max(512).optional(),
  rotate: z.boolean().optional(),
})

/** POST {basePath}/refresh: a refresh token for an access token and the next refresh token. */
export function refresh(parts: HttpParts): Route {
  const { config, cookies: scheme, sessions, report } = parts

  async function byCookie(headers: Headers, client: Pick<Presentation, 'clientId'>): Promise<Answer> {
    requireListedOrigin(headers, config.origins)
    const cookie = await chooseCookie(headers, parts)
    try {
      return tokenAnswer(scheme, await sessions.refresh({ token: cookie.token, transport: 'cookie', ...client }))
    } catch (error) {
      const answer = problemAnswer(error, report)
      // A refusal for good clears the cookie that was refused, and no other.
      const terminal = error instanceof AnswerError && errors[error.code].verdict === 'terminal'
      return terminal ? { ...answer, setCookies: [clearCookie(scheme, cookie.name)] } : answer
    }
  }

  return {
    method: 'POST',
    path: `${config.basePath}/refresh`,
    name: 'refresh',
    async handle({ request }: Call) {
      const { headers } = request
      const body: RefreshRequest = await readJson(request, refreshRequest)
      const clientId = authenticateClient(headers, config.clients)
      if (body.rotate === false && (clientId === undefined || body.refresh_token === undefined)) {
        const expected = 'rotate: false is for servers: it needs client authentication and the token in the body'
        throw new AnswerError('invalid_request', expected)
      }
      const client = clientId === undefined ? {} : { clientId }
      if (body.refresh_token === undefined) return byCookie(headers, client)
      const sid = headers.get(sessionHeader)
      const issued = await sessions.refresh({
        token: body.refresh_token,
        transport: 'body',
        rotate: body.rotate !== false,
        ...client,
        ...(sid === null ? {} : { sid }),
      })
      return tokenAnswer(scheme, issued)
    },
  }
}
