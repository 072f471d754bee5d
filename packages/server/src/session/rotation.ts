import type { Binding, ConfirmedToken, SupersededToken } from './session.js'

/** The content of a presented refresh token whose tag has been verified. */
export interface PresentedToken {
  readonly generation: number
  /** 16 bytes. */
  readonly nonce: Uint8Array
  /** The first 8 bytes of the nonce of the confirmed token whose child this is; zeros at sign-in. */
  readonly parent: Uint8Array
}

/** What a request proves in addition to the token. */
export interface Evidence {
  /** The proof of possession of the session's key. Ignored for a bearer session, which has no key. */
  readonly proof: 'absent' | 'invalid' | 'replayed' | 'valid'
  /** The operator has declared that the store was restored and may be behind its clients. */
  readonly recovery: boolean
}

export type RotationRecord = ConfirmedToken & { readonly binding: Binding | null }

/**
 * What a presented refresh token means.
 *
 * - `grant`: mint a child of the record's confirmed token.
 * - `confirm`: make the record `confirmed`, by compare-and-set, then mint a child of it.
 * - `raced`: another request has just rotated the token; no tokens, nothing revoked.
 * - `refuse`: the store lost writes; no tokens, nothing revoked.
 * - `revoke`: a superseded token was reused; end the session.
 * - `unproven`: no valid proof by the session's key; nothing changes.
 */
export type RotationDecision =
  | { readonly outcome: 'grant'; readonly event: 'resynced' | null }
  | { readonly outcome: 'confirm'; readonly confirmed: ConfirmedToken; readonly event: 'store_regressed' | null }
  | { readonly outcome: 'raced' }
  | { readonly outcome: 'refuse'; readonly event: 'store_regressed' }
  | { readonly outcome: 'revoke'; readonly reason: 'refresh_token_reused' }
  | { readonly outcome: 'unproven'; readonly event: 'refresh_unproven' | 'proof_replayed' }

/** Seconds after its supersession within which a superseded token counts as a race instead of a reuse. */
export const raceWindow = 10

/** How many superseded tokens a record keeps: the last four of any age, and up to 32 within the race window. */
export const supersededLimits = { always: 4, atMost: 32 } as const

const nonceLength = 16
const nonceStoredLength = 8

/**
 * Decides what a presented refresh token means, for a session that is active and within its deadlines.
 *
 * docs/rotation.md explains the rule. `now` is in milliseconds on the store's clock.
 */
export function decideRotation(
  record: RotationRecord,
  token: PresentedToken,
  evidence: Evidence,
  now: number,
): RotationDecision {
  const bound = record.binding !== null
  const unproven = decideProof(record, evidence)
  if (unproven) return unproven
  if (isConfirmed(record, token)) return { outcome: 'grant', event: null }
  if (isChildOfConfirmed(record, token))
    return { outcome: 'confirm', confirmed: confirmToken(record, token, now), event: null }
  if (isRaced(record, token, now)) return bound ? { outcome: 'grant', event: null } : { outcome: 'raced' }
  if (token.generation > record.generation) {
    // The store lost writes. One lost confirmation leaves the client exactly two generations ahead. Beyond that, only the
    // operator's declaration or a proof by the key distinguishes an honest client from a forger with an old backup.
    const credible = bound || evidence.recovery || token.generation === record.generation + 2
    if (credible) {
      return { outcome: 'confirm', confirmed: confirmAhead(record, token, now), event: 'store_regressed' }
    }
    if (token.generation > record.generation + 1) return { outcome: 'refuse', event: 'store_regressed' }
    // One ahead with another parent: two clients have continued from the same token, which is what a theft looks like.
    return { outcome: 'revoke', reason: 'refresh_token_reused' }
  }
  if (bound) return { outcome: 'grant', event: 'resynced' }
  return { outcome: 'revoke', reason: 'refresh_token_reused' }
}

/** Refuses a request to a bound session without a valid proof by its key; undefined if no proof is missing. */
export function decideProof(
  { binding }: Pick<RotationRecord, 'binding'>,
  { proof }: Evidence,
): Extract<RotationDecision, { outcome: 'unproven' }> | undefined {
  if (binding === null || proof === 'valid') return undefined
  return { outcome: 'unproven', event: proof === 'replayed' ? 'proof_replayed' : 'refresh_unproven' }
}

/** The record after `token`, a child of its confirmed token, is confirmed. */
export function confirmToken(
  record: ConfirmedToken,
  token: Pick<PresentedToken, 'generation' | 'nonce'>,
  now: number,
): ConfirmedToken {
  return {
    generation: token.generation,
    nonce: firstBytes(token.nonce, nonceLength),
    superseded: trimSuperseded([toSuperseded(record, now), ...record.superseded], now),
  }
}

/**
 * The superseded tokens as they are written: tokens that the decision superseded get the time of the write.
 *
 * @param decidedAt The decision's `now`, in milliseconds on the store's clock.
 * @param writtenAt The time of the write, in milliseconds on the store's clock.
 */
export function dateSupersessions(
  superseded: readonly SupersededToken[],
  decidedAt: number | undefined,
  writtenAt: number,
): readonly SupersededToken[] {
  return superseded.map((token) => (token.at === decidedAt ? { ...token, at: writtenAt } : token))
}

/**
 * The record after `token` is confirmed although the store has no confirmation of its parent. The record's own confirmed token
 * stays listed as superseded: a duplicate request from before the data loss may still arrive.
 */
function confirmAhead(record: ConfirmedToken, token: PresentedToken, now: number): ConfirmedToken {
  const parent = { generation: token.generation - 1, nonce: firstBytes(token.parent, nonceStoredLength), at: now }
  const confirmed = confirmToken(record, token, now)
  return { ...confirmed, superseded: trimSuperseded([parent, ...confirmed.superseded], now) }
}

/**
 * The superseded tokens that a record keeps, the latest first. A person may reload a hanging page many times, and each of the
 * requests may still arrive within the race window. Older tokens are dropped to keep the record small.
 */
function trimSuperseded(superseded: readonly SupersededToken[], now: number): readonly SupersededToken[] {
  const { always, atMost } = supersededLimits
  return superseded.filter((token, index) => index < always || (index < atMost && isRecent(token, now)))
}

function toSuperseded(record: ConfirmedToken, now: number): SupersededToken {
  return { generation: record.generation, nonce: firstBytes(record.nonce, nonceStoredLength), at: now }
}

/** Whether the token belongs to the client that received the latest tokens. */
export function isLatest(record: ConfirmedToken, token: PresentedToken): boolean {
  return isConfirmed(record, token) || isChildOfConfirmed(record, token)
}

export function isConfirmed(record: ConfirmedToken, token: PresentedToken): boolean {
  return token.generation === record.generation && sameBytes(token.nonce, record.nonce)
}

function isChildOfConfirmed(record: ConfirmedToken, token: PresentedToken): boolean {
  return token.generation === record.generation + 1 && startsWith(record.nonce, token.parent)
}

function isRaced(record: ConfirmedToken, token: PresentedToken, now: number): boolean {
  return record.superseded.some((earlier) => {
    return isRecent(earlier, now) && (isSuperseded(earlier, token) || isChildOf(earlier, token))
  })
}

/** The clocks of two nodes may differ, so a supersession can be in the future; that is recent too. */
function isRecent({ at }: SupersededToken, now: number): boolean {
  return now - at <= raceWindow * 1000
}

function isSuperseded(earlier: SupersededToken, token: PresentedToken): boolean {
  return token.generation === earlier.generation && startsWith(token.nonce, earlier.nonce)
}

function isChildOf(earlier: SupersededToken, token: PresentedToken): boolean {
  return token.generation === earlier.generation + 1 && sameBytes(token.parent, earlier.nonce)
}

/** Copies, because the bytes of a parsed token, like those of a Buffer's `slice`, are a view of a larger buffer. */
function firstBytes(bytes: Uint8Array, length: number): Uint8Array {
  return new Uint8Array(bytes.subarray(0, length))
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return start.every((byte, index) => bytes[index] === byte)
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && startsWith(one, other)
}
