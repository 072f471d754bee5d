import type { AnswerView, TokenRefusal } from './backend.js'
import type { EndedReason } from './backend-errors.js'
import { readSmallJson } from './small-json.js'

/** An answer to a request of the application, as a backend judges it. */
export interface JudgedAnswer {
  /** HTTP status. */
  readonly status: number
  /** Final address, after redirects; empty if the sender does not say. */
  readonly url: string
  /** Whether it came after a redirect. */
  readonly redirected: boolean
  /** Media type without parameters, in lower case; empty if there is none. */
  readonly contentType: string
  /** The body, if it is JSON of at most 64 kB; else undefined. */
  readonly body: unknown
}

/** `expired`: a refresh decides. A reason: the session is over. Undefined: the access token is not at fault. */
export type Judgement = 'expired' | EndedReason | undefined

export async function judgedAnswer(view: AnswerView, requestUrl: string): Promise<JudgedAnswer> {
  const { status, url, redirected = url !== '' && withoutQuery(url) !== withoutQuery(requestUrl) } = view
  const contentType = mediaTypeOf(view.header('Content-Type'))
  return { status, url, redirected, contentType, body: await view.json(readSmallJson) }
}

/** A serializer of the sender may have put the time into the query. */
function withoutQuery(url: string): string {
  return url.split(/[?#]/, 1)[0]!
}

export function mediaTypeOf(contentType: string | null): string {
  return (contentType ?? '').split(';')[0]!.trim().toLowerCase()
}

export function refusalOf(judgement: Judgement): TokenRefusal | undefined {
  if (judgement === 'expired') return { code: 'access_token_expired' }
  return judgement && { code: judgement, ended: true }
}
