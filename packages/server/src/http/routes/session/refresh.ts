import { errors, type RefreshRequest } from '@sessionward/protocol'
import { z } from 'zod'
import { AnswerError } from '../../../answer-error.js'
import { requestEvidence } from '../../../binding/request-evidence.js'
import type { Config } from '../../../config.js'
import type { SessionService } from '../../../session-service.js'
import { maxAccessTokenLength } from '../../../tokens/sign-access-token.js'
import { type Answer, emptyAnswer } from '../../answer.js'
import { authenticateClient, requireNoSecret } from '../../client-authentication.js'
import { problemAnswer } from '../../problem.js'
import { readJson } from '../../read-body.js'
import { refusedCookies } from '../../refused-cookies.js'
import type { Report, Route, RouteContext } from '../../route.js'
import { tokenAnswer } from '../../token-answer.js'
import type { PresentedRefreshToken, Transports } from '../../transport/transport.js'
import { type AdoptLegacyParts, adoptLegacy } from './adopt-legacy.js'

export const refreshRequest = z.object({
  refresh_token: z.string().min(1).max(maxAccessTokenLength).optional(),
  rotate: z.boolean().optional(),
  legacy_token: z.string().min(1).max(maxAccessTokenLength).optional(),
  transport: z.enum(['cookie', 'body']).optional(),
})

export interface RefreshParts extends AdoptLegacyParts {
  readonly config: Pick<Config, 'basePath' | 'clients'> & AdoptLegacyParts['config']
  readonly sessions: Pick<SessionService, 'refresh' | 'inspect'>
  readonly transports: Transports
  readonly report: Report
}

/**
 * POST {basePath}/refresh: exchanges a refresh token for an access token and the next refresh token, or the access token of a sliding
 * session for the next one. The token of a fixed session stays the same, and its cookie is not set again. Without a token the answer
 * is 204, because a page where nobody is signed in is not an error. A client with a secret must authenticate if the token is in the
 * body.
 *
 * Without a token of this server, the token of another system may become a session (`adoptLegacy`).
 */
export function refresh(parts: RefreshParts): Route {
  const { config, sessions, transports, report } = parts
  const adopt = adoptLegacy(parts)

  /** A permanent refusal clears the refused cookie, and no other. */
  async function refusal(error: unknown, presented: PresentedRefreshToken): Promise<Answer> {
    const answer = problemAnswer(error, report)
    if (!(error instanceof AnswerError) || errors[error.code].verdict !== 'terminal') return answer
    const setCookies = await refusedCookies(sessions, presented)
    if (setCookies) return { ...answer, setCookies }
    // The cookie belongs to another auth server on this host name, or to a deleted session: nobody is signed in here.
    return presented.named ? answer : emptyAnswer()
  }

  return {
    method: 'POST',
    path: `${config.basePath}/refresh`,
    name: 'refresh',
    async handle(call: RouteContext) {
      const { request } = call
      const { headers } = request
      const body: RefreshRequest = await readJson(request, refreshRequest)
      const client = authenticateClient(headers, config.clients)
      const rotate = body.rotate !== false
      if (!rotate && (client === undefined || body.refresh_token === undefined)) {
        const expected = 'rotate: false is for servers: it needs client authentication and refresh_token in the body'
        throw new AnswerError('invalid_request', expected)
      }
      const { body: inBody, cookie } = transports
      const presented = (await inBody.read(headers, body.refresh_token)) ?? (await cookie.read(headers, undefined))
      if (!presented) return adopt(call, body, client)
      const { token, transport, sid, clientId = client } = presented
      if (client !== undefined && clientId !== client) {
        throw new AnswerError('refresh_token_invalid', 'the session belongs to another client')
      }
      // A browser, which sends the cookie, cannot keep a secret.
      const needsSecret = client === undefined && transport === 'body'
      const admitClient = (id: string) => needsSecret && requireNoSecret(id, config.clients)
      try {
        const presentation = {
          token,
          transport,
          rotate,
          evidence: requestEvidence(request),
          ...(sid !== undefined && { sid }),
          ...(clientId !== undefined && { clientId }),
        }
        const issued = await sessions.refresh(presentation, admitClient)
        return tokenAnswer(transports, issued, presented.clearEarlier)
      } catch (error) {
        return refusal(error, presented)
      }
    },
  }
}
