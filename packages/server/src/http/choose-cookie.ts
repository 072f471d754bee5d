import { AnswerError } from '../answer-error.js'
import type { Inspected } from '../session-service/inspect-session.js'

/** A refresh token in a cookie whose name fits the token. */
export interface PresentedCookie {
  readonly name: string
  readonly token: string
  readonly sid: string
  /** From the cookie's name. */
  readonly clientId: string
}

/** A cookie, and the session of its token; null if the token is not genuine, or not of the client in the name. */
export interface Candidate {
  readonly cookie: PresentedCookie
  readonly found: Inspected | 'unknown key' | null
}

export interface Choice {
  readonly chosen: Candidate
  /** Cookies of the same client that the chosen one replaces. */
  readonly earlier: readonly Verified[]
}

export type Verified = Candidate & { readonly found: Inspected }

/**
 * Chooses one of a browser's refresh cookies: the latest sign-in wins. A caller that names a session gets that one or none, so that
 * it never continues as somebody else.
 *
 * @param candidates In header order.
 * @returns null if no cookie is ours and the caller names no session.
 * @throws AnswerError `session_changed` if a session is named and a later sign-in has replaced it; `refresh_token_missing` if it is
 * named and no cookie belongs to it.
 */
export function chooseCookie(candidates: readonly Candidate[], named: string | null): Choice | null {
  return named === null ? chooseNewest(candidates) : chooseNamed(candidates, named)
}

function chooseNewest(candidates: readonly Candidate[]): Choice | null {
  const verified = candidates.filter(isVerified)
  const chosen =
    newest(verified.filter(({ found }) => found.active)) ??
    // A token with an unknown key may be the latest sign-in, and this node may soon know the key.
    candidates.find(({ found }) => found === 'unknown key') ??
    newest(verified)
  if (!chosen) return null
  const earlier = verified.filter((other) => other.cookie !== chosen.cookie && isOfSameClient(other, chosen))
  return { chosen, earlier }
}

function chooseNamed(candidates: readonly Candidate[], named: string): Choice {
  const chosen = candidates.find(({ cookie }) => cookie.sid === named)
  const others = candidates.filter((candidate): candidate is Verified => candidate !== chosen && isVerified(candidate))
  if (chosen?.found === 'unknown key') return { chosen, earlier: [] }
  if (!chosen || !isVerified(chosen)) {
    if (others.some(({ found }) => found.active)) throw new AnswerError('session_changed')
    if (!chosen) throw new AnswerError('refresh_token_missing')
    return { chosen, earlier: [] }
  }
  const ofSameClient = others.filter((other) => isOfSameClient(other, chosen))
  const since = chosen.found.session.createdAt
  if (ofSameClient.some(({ found }) => found.active && found.session.createdAt > since)) {
    throw new AnswerError('session_changed')
  }
  const earlier = ofSameClient.filter(({ found }) => !found.active || found.session.createdAt < since)
  return { chosen, earlier }
}

export function isVerified(candidate: Candidate): candidate is Verified {
  return candidate.found !== null && candidate.found !== 'unknown key'
}

function isOfSameClient(one: Candidate, other: Candidate): boolean {
  return one.cookie.clientId === other.cookie.clientId
}

/** The latest sign-in. A browser sends the cookie that it received last after the others. */
function newest(verified: readonly Verified[]): Verified | undefined {
  return verified.toSorted((one, other) => one.found.session.createdAt - other.found.session.createdAt).at(-1)
}
