import { type RefreshRequest, readCookies, type Transport } from '@sessionward/protocol'
import { AnswerError } from '../../../answer-error.js'
import type { Config } from '../../../config.js'
import type { Adopt, Adoption } from '../../../legacy/adoption.js'
import { maxAccessTokenLength } from '../../../tokens/sign-access-token.js'
import { type Answer, emptyAnswer } from '../../answer.js'
import { type HeaderReader, toHeaders } from '../../http-request.js'
import type { Call } from '../../route.js'
import { tokenAnswer } from '../../token-answer.js'
import type { Transports } from '../../transport/transport.js'

export interface AdoptLegacyParts {
  readonly config: Pick<Config, 'kind' | 'legacy'>
  readonly transports: Transports
  /** Nothing where the option `adoptLegacy` is not set. */
  readonly adopt: Adopt | undefined
}

/**
 * Answers a refresh without a token of ours: by the old token that came in its place, if there is one. Whoever names an old
 * token in the body learns what became of it. An old cookie comes by itself with every request, and one that is not accepted
 * means that nobody is signed in here.
 */
export function adoptLegacy(parts: AdoptLegacyParts) {
  const { config, transports, adopt } = parts
  return async (call: Call, body: RefreshRequest, clientId: string | undefined): Promise<Answer> => {
    const { headers } = call.request
    const { legacy_token: named, transport = config.kind.transports[0] } = body
    if (named !== undefined) {
      if (!adopt)
        throw new AnswerError('invalid_request', 'this server takes over no tokens of another system: set adoptLegacy')
      transports[transport].admit(headers)
      const adoption = await adopt(presentedBy(call, named, transport, clientId))
      if (adoption.outcome === 'adopted') return tokenAnswer(transports, adoption.issued)
      throw refusalOf(adoption)
    }
    // The same refusal as with a cookie: a page that is not listed must not learn whether somebody is signed in.
    if (headers.has('Origin') || oldCookie(parts, headers) !== undefined) transports.cookie.admit(headers)
    const adoption = await adoptCookie(parts, call, clientId)
    return adoption?.outcome === 'adopted' ? tokenAnswer(transports, adoption.issued) : emptyAnswer()
  }
}

/** By the old cookie alone, whichever page it came from. @returns nothing where there is none. */
export async function adoptCookie(
  parts: AdoptLegacyParts,
  call: Call,
  clientId?: string | undefined,
): Promise<Adoption | undefined> {
  const token = oldCookie(parts, call.request.headers)
  return token === undefined
    ? undefined
    : parts.adopt?.(presentedBy(call, token, parts.config.kind.transports[0], clientId))
}

function presentedBy({ request, address }: Call, token: string, transport: Transport, clientId: string | undefined) {
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

function refusalOf({ outcome }: Exclude<Adoption, { outcome: 'adopted' }>): AnswerError {
  return outcome === 'elsewhere'
    ? new AnswerError('legacy_not_adopted')
    : new AnswerError('refresh_token_invalid', 'the token of the other system is not accepted')
}

/** The token as the old system wrote it: libraries encode the values of cookies. */
function oldCookie({ config }: Pick<AdoptLegacyParts, 'config'>, headers: HeaderReader): string | undefined {
  const name = config.legacy?.cookie ?? null
  const found = name === null ? undefined : readCookies(headers.get('Cookie')).find(([given]) => given === name)
  const value = found && decoded(found[1])
  return value && value.length <= maxAccessTokenLength ? value : undefined
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
