import { AnswerError } from '../answer-error.js'
import type { Inspected } from '../session-service.js'

/** A refresh token that came in a cookie of the name that the token gives. */
export interface PresentedCookie {
  readonly name: string
  readonly token: string
  readonly sid: string
  /** As the name says. */
  readonly clientId: string
}

/** A cookie, and the session of its token: null where the token is not ours, or not of the client in the name. */
export interface Candidate {
  readonly cookie: PresentedCookie
  readonly found: Inspected | 'unknown key' | null
}

export interface Choice {
  readonly meant: Candidate
  /** Those of the same client that the one which is meant has taken the place of. */
  readonly earlier: readonly Verified[]
}

export type Verified = Candidate & { readonly found: Inspected }

/**
 * Decides which of a browser's refresh cookies is meant: the latest sign-in wins. A caller that names a session gets that one
 * or none, so that it never goes on as somebody else.
 *
 * @param candidates In header order.
 * @returns null where no cookie is ours and the caller names no session.
 * @throws AnswerError `session_changed` where a session is named and a later sign-in has taken its place;
 * `refresh_token_missing` where it is named and no cookie belongs to it.
 */
export function chooseCookie(candidates: readonly Candidate[], named: string | null): Choice | null {
  return named === null ? chooseNewest(candidates) : chooseNamed(candidates, named)
}

function chooseNewest(candidates: readonly Candidate[]): Choice | null {
  const verified = candidates.filter(isVerified)
  const meant =
    newest(verified.filter(({ found }) => found.active)) ??
    // The key may arrive here in a moment, and what cannot be read now may be the latest sign-in.
    candidates.find(({ found }) => found === 'unknown key') ??
    newest(verified)
  if (!meant) return null
  const earlier = verified.filter((other) => other.cookie !== meant.cookie && isOfSameClient(other, meant))
  return { meant, earlier }
}

function chooseNamed(candidates: readonly Candidate[], named: string): Choice {
  const meant = candidates.find(({ cookie }) => cookie.sid === named)
  const others = candidates.filter((candidate): candidate is Verified => candidate !== meant && isVerified(candidate))
  if (meant?.found === 'unknown key') return { meant, earlier: [] }
  if (!meant || !isVerified(meant)) {
    if (others.some(({ found }) => found.active)) throw new AnswerError('session_changed')
    if (!meant) throw new AnswerError('refresh_token_missing')
    return { meant, earlier: [] }
  }
  const rivals = others.filter((other) => isOfSameClient(other, meant))
  const since = meant.found.session.createdAt
  if (rivals.some(({ found }) => found.active && found.session.createdAt > since)) {
    throw new AnswerError('session_changed')
  }
  const earlier = rivals.filter(({ found }) => !found.active || found.session.createdAt < since)
  return { meant, earlier }
}

export function isVerified(candidate: Candidate): candidate is Verified {
  return candidate.found !== null && candidate.found !== 'unknown key'
}

function isOfSameClient(one: Candidate, other: Candidate): boolean {
  return one.cookie.clientId === other.cookie.clientId
}

/** The latest sign-in. A browser sends the cookie that it received last behind the others. */
function newest(verified: readonly Verified[]): Verified | undefined {
  return verified.toSorted((one, other) => one.found.session.createdAt - other.found.session.createdAt).at(-1)
}
