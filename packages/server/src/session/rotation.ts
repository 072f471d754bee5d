import type { Binding, ConfirmedToken, SupersededToken } from './session.js'

/** What a presented refresh token says of itself. Its tag has been verified already. */
export interface PresentedToken {
  readonly generation: number
  /** 16 bytes. */
  readonly nonce: Uint8Array
  /** The first 8 bytes of the nonce of the confirmed token whose child this is; zeros at sign-in. */
  readonly parent: Uint8Array
}

/** What came beside the token. */
export interface Evidence {
  /** A proof by the session's key. A bearer session has no key, and whatever came counts for nothing. */
  readonly proof: 'absent' | 'invalid' | 'replayed' | 'valid'
  /** The operator has declared that the store was restored and may be behind its clients. */
  readonly recovery: boolean
}

export type RotationRecord = ConfirmedToken & { readonly binding: Binding | null }

/**
 * What a presented refresh token means.
 *
 * - `grant`: mint a child of the record as it stands.
 * - `confirm`: make the record `confirmed`, by compare-and-set, then mint a child of it.
 * - `raced`: another request has just rotated; no tokens, nothing revoked.
 * - `refuse`: no tokens, nothing revoked; the store lost writes.
 * - `revoke`: the token was used before; end the session.
 * - `unproven`: no proof by the session's key; nothing changes.
 */
export type RotationDecision =
  | { readonly outcome: 'grant'; readonly event: 'resynced' | null }
  | { readonly outcome: 'confirm'; readonly confirmed: ConfirmedToken; readonly event: 'store_regressed' | null }
  | { readonly outcome: 'raced' }
  | { readonly outcome: 'refuse'; readonly event: 'store_regressed' }
  | { readonly outcome: 'revoke'; readonly reason: 'refresh_token_reused' }
  | { readonly outcome: 'unproven'; readonly event: 'refresh_unproven' | 'proof_replayed' }

/** How long a superseded token is taken for a race and not for a reuse, in seconds from its supersession. */
export const racedWindow = 10

/** How many superseded tokens a record holds: the last four however old, and more of those within the window. */
export const supersededKept = { always: 4, atMost: 32 } as const

const nonceLength = 16
const nonceKept = 8

/**
 * Decides what a presented refresh token means, for a session that is active and within its deadlines.
 *
 * The rule and the reasons for it stand in docs/rotation.md. `now` is milliseconds on the store's clock.
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
  if (isCurrent(record, token)) return { outcome: 'grant', event: null }
  if (isNext(record, token)) return { outcome: 'confirm', confirmed: succeed(record, token, now), event: null }
  if (isRaced(record, token, now)) return bound ? { outcome: 'grant', event: null } : { outcome: 'raced' }
  if (token.generation > record.generation) {
    // The store lost writes. One lost confirmation leaves the client exactly two generations ahead; further than that,
    // only the word of the operator or a proof by the key tells an honest client from a forger with an old backup.
    const credible = bound || evidence.recovery || token.generation === record.generation + 2
    if (credible) {
      return { outcome: 'confirm', confirmed: leapTo(record, token, now), event: 'store_regressed' }
    }
    if (token.generation > record.generation + 1) return { outcome: 'refuse', event: 'store_regressed' }
    // One ahead, of another parent: two lines go on from one token, each with a confirmation, and so does a thief's.
    return { outcome: 'revoke', reason: 'refresh_token_reused' }
  }
  if (bound) return { outcome: 'grant', event: 'resynced' }
  return { outcome: 'revoke', reason: 'refresh_token_reused' }
}

/** What a bound session says to a request without a proof by its key; nothing where none is missing. */
export function decideProof(
  { binding }: Pick<RotationRecord, 'binding'>,
  { proof }: Evidence,
): Extract<RotationDecision, { outcome: 'unproven' }> | undefined {
  if (binding === null || proof === 'valid') return undefined
  return { outcome: 'unproven', event: proof === 'replayed' ? 'proof_replayed' : 'refresh_unproven' }
}

/**
 * The record once `token`, a child of its confirmed token, has taken that token's place.
 */
export function succeed(
  record: ConfirmedToken,
  token: Pick<PresentedToken, 'generation' | 'nonce'>,
  now: number,
): ConfirmedToken {
  return {
    generation: token.generation,
    nonce: firstBytes(token.nonce, nonceLength),
    superseded: remembered([predecessorOf(record, now), ...record.superseded], now),
  }
}

/**
 * The superseded tokens as they are written: what a decision superseded is superseded at the write, however long ago the
 * decision was.
 *
 * @param decidedAt what the decision took for now, `writtenAt` what the store does; milliseconds on the store's clock
 */
export function dateSupersessions(
  superseded: readonly SupersededToken[],
  decidedAt: number | undefined,
  writtenAt: number,
): readonly SupersededToken[] {
  return superseded.map((token) => (token.at === decidedAt ? { ...token, at: writtenAt } : token))
}

/**
 * The record once `token` has been confirmed although its parent never was, as far as the store remembers. What the store
 * does remember stays listed: a duplicate may still be on its way from before the loss.
 */
function leapTo(record: ConfirmedToken, token: PresentedToken, now: number): ConfirmedToken {
  const parent = { generation: token.generation - 1, nonce: firstBytes(token.parent, nonceKept), at: now }
  const confirmed = succeed(record, token, now)
  return { ...confirmed, superseded: remembered([parent, ...confirmed.superseded], now) }
}

/**
 * What a record keeps of the tokens superseded so far, the latest first. A page that hangs is reloaded again and again, and
 * each of its requests may still arrive within the window. Later they are forgotten, so that the record stays small.
 */
function remembered(superseded: readonly SupersededToken[], now: number): readonly SupersededToken[] {
  const { always, atMost } = supersededKept
  return superseded.filter((token, index) => index < always || (index < atMost && isRecent(token, now)))
}

function predecessorOf(record: ConfirmedToken, now: number): SupersededToken {
  return { generation: record.generation, nonce: firstBytes(record.nonce, nonceKept), at: now }
}

/** Whether the client that presents a token is the one that was served last. */
export function isLatest(record: ConfirmedToken, token: PresentedToken): boolean {
  return isCurrent(record, token) || isNext(record, token)
}

/** Whether a token is the confirmed one. */
export function isCurrent(record: ConfirmedToken, token: PresentedToken): boolean {
  return token.generation === record.generation && sameBytes(token.nonce, record.nonce)
}

function isNext(record: ConfirmedToken, token: PresentedToken): boolean {
  return token.generation === record.generation + 1 && startsWith(record.nonce, token.parent)
}

function isRaced(record: ConfirmedToken, token: PresentedToken, now: number): boolean {
  return record.superseded.some((earlier) => {
    return isRecent(earlier, now) && (isSuperseded(earlier, token) || isChildOf(earlier, token))
  })
}

/** Clocks of two nodes may differ, so a supersession can lie in the future; it is recent too. */
function isRecent({ at }: SupersededToken, now: number): boolean {
  return now - at <= racedWindow * 1000
}

function isSuperseded(earlier: SupersededToken, token: PresentedToken): boolean {
  return token.generation === earlier.generation && startsWith(token.nonce, earlier.nonce)
}

function isChildOf(earlier: SupersededToken, token: PresentedToken): boolean {
  return token.generation === earlier.generation + 1 && sameBytes(token.parent, earlier.nonce)
}

/** A copy: the bytes of a parsed token, and those of a Buffer's `slice`, are a view of a larger piece of memory. */
function firstBytes(bytes: Uint8Array, length: number): Uint8Array {
  return new Uint8Array(bytes.subarray(0, length))
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return start.every((byte, index) => bytes[index] === byte)
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && startsWith(one, other)
}
