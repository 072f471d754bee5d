import { type RefreshRequest, readCookies, type Transport } from '@sessionward/protocol'
import { AnswerError } from '../../../answer-error.js'
import type { Config } from '../../../config.js'
import type { Adopt, Adoption } from '../../../legacy/adoption.js'
import { maxAccessTokenLength } from '../../../tokens/sign-access-token.js'
import { type Answer, emptyAnswer } from '../../answer.js'
import { requireNoSecret } from '../../client-authentication.js'
import { type HeaderReader, toHeaders } from '../../http-request.js'
import type { RouteContext } from '../../route.js'
import { tokenAnswer } from '../../token-answer.js'
import type { Transports } from '../../transport/transport.js'

export interface AdoptLegacyParts {
  readonly config: Pick<Config, 'clientId' | 'clients' | 'kind' | 'legacy'>
  readonly transports: Transports
  /** Undefined if the option `adoptLegacy` is not set. */
  readonly adopt: Adopt | undefined
}

/**
 * Answers a refresh without a refresh token, by adopting a legacy token if there is one. A legacy token in the body gets an error if
 * it is not adopted. A legacy cookie, which the browser sends with every request, gets 204 if `identify` does not accept it or the
 * person stays with the old system: nobody is signed in here. An end that has a reason, such as `credentials_changed`, is answered with
 * that reason in both cases.
 */
export function adoptLegacy(parts: AdoptLegacyParts) {
  const { config, transports, adopt } = parts
  return async (call: RouteContext, body: RefreshRequest, clientId: string | undefined): Promise<Answer> => {
    const { headers } = call.request
    const { legacy_token: named, transport = config.kind.transports[0] } = body
    if (named !== undefined) {
      if (!adopt)
        throw new AnswerError('invalid_request', 'this server takes over no tokens of another system: set adoptLegacy')
      transports[transport].admit(headers)
      const needsSecret = clientId === undefined && transport === 'body'
      const admitClient = (id = config.clientId) => needsSecret && requireNoSecret(id, config.clients)
      const adoption = await adopt({ ...toPresentedToken(call, named, transport, clientId), admitClient })
      if (adoption.outcome === 'adopted') return tokenAnswer(transports, adoption.issued)
      throw refusalFor(adoption)
    }
    // Refused even without a cookie, so that a page of an unlisted origin cannot find out whether somebody is signed in.
    if (headers.has('Origin') || readLegacyCookie(parts, headers) !== undefined) transports.cookie.admit(headers)
    const adoption = await adoptCookie(parts, call, clientId)
    return adoption?.outcome === 'adopted' ? tokenAnswer(transports, adoption.issued) : emptyAnswer()
  }
}

/** Adopts the legacy cookie of a request from any page. @returns undefined if there is none. */
export async function adoptCookie(
  parts: AdoptLegacyParts,
  call: RouteContext,
  clientId?: string | undefined,
): Promise<Adoption | undefined> {
  const token = readLegacyCookie(parts, call.request.headers)
  return token === undefined
    ? undefined
    : parts.adopt?.(toPresentedToken(call, token, parts.config.kind.transports[0], clientId))
}

function toPresentedToken(
  { request, address }: RouteContext,
  token: string,
  transport: Transport,
  clientId: string | undefined,
) {
  const { headers } = request
  return {
    token,
    transport,
    headers: toHeaders(headers),
    ...(clientId === undefined ? {} : { clientId }),
    ...(address === null ? {} : { address }),
    userAgent: (headers.get('User-Agent') ?? '').slice(0, 256),
  }
}

function refusalFor({ outcome }: Exclude<Adoption, { outcome: 'adopted' }>): AnswerError {
  return outcome === 'elsewhere'
    ? new AnswerError('legacy_not_adopted')
    : new AnswerError('refresh_token_invalid', 'the token of the other system is not accepted')
}

/** The token of the legacy cookie, decoded because cookie libraries percent-encode values. */
function readLegacyCookie({ config }: Pick<AdoptLegacyParts, 'config'>, headers: HeaderReader): string | undefined {
  const name = config.legacy?.cookie ?? null
  const found = name === null ? undefined : readCookies(headers.get('Cookie')).find(([given]) => given === name)
  const value = found && decodeCookieValue(found[1])
  return value && value.length <= maxAccessTokenLength ? value : undefined
}

function decodeCookieValue(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
