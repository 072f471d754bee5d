import { type RefreshRequest, readCookies } from '@sessionward/protocol'
import { AnswerError } from '../../../answer-error.js'
import type { Config } from '../../../config.js'
import type { Adopt, Adoption } from '../../../legacy/adoption.js'
import { maxAccessTokenLength } from '../../../tokens/sign-access-token.js'
import { type Answer, emptyAnswer } from '../../answer.js'
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
export function adoptLegacy({ config, transports, adopt }: AdoptLegacyParts) {
  return async (call: Call, body: RefreshRequest, clientId: string | undefined): Promise<Answer> => {
    const { headers } = call.request
    const named = body.legacy_token
    if (named !== undefined && !adopt) {
      throw new AnswerError('invalid_request', 'this server takes over no tokens of another system: set adoptLegacy')
    }
    const transport = (named === undefined ? undefined : body.transport) ?? config.kind.transports[0]
    const token = named ?? oldCookie(headers, config.legacy?.cookie ?? null)
    if (token === undefined || !adopt) {
      // The same refusal as with a cookie: a page that is not listed must not learn whether somebody is signed in.
      if (headers.has('Origin')) transports.cookie.admit(headers)
      return emptyAnswer()
    }
    transports[named === undefined ? 'cookie' : transport].admit(headers)
    const adoption = await adopt({
      token,
      transport,
      headers,
      ...(clientId === undefined ? {} : { clientId }),
      ...(call.address === null ? {} : { address: call.address }),
      userAgent: (headers.get('User-Agent') ?? '').slice(0, 256),
    })
    if (adoption.outcome === 'adopted') return tokenAnswer(transports, adoption.issued)
    if (named === undefined) return emptyAnswer()
    throw refusalOf(adoption)
  }
}

function refusalOf({ outcome }: Exclude<Adoption, { outcome: 'adopted' }>): AnswerError {
  return outcome === 'elsewhere'
    ? new AnswerError('legacy_not_adopted')
    : new AnswerError('refresh_token_invalid', 'the token of the other system is not accepted')
}

/** The token as the old system wrote it: libraries encode the values of cookies. */
function oldCookie(headers: Headers, name: string | null): string | undefined {
  const found = readCookies(headers.get('Cookie')).find(([given]) => given === name)
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
