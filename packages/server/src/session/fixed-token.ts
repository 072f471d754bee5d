import {
  decideProof,
  type Evidence,
  isCurrent,
  type PresentedToken,
  type RotationDecision,
  type RotationRecord,
} from './rotation.js'

/**
 * Decides what the token of a fixed session means: the one of the sign-in is granted, as often as it comes.
 *
 * Nothing is ever written, so a copy of the token cannot be told from the token. No other token of the session was ever made:
 * if a genuine one comes, the record is not what it was, and nobody is signed out because of that.
 */
export function decideFixed(record: RotationRecord, token: PresentedToken, evidence: Evidence): RotationDecision {
  const unproven = decideProof(record, evidence)
  if (unproven) return unproven
  if (isCurrent(record, token)) return { outcome: 'grant', event: null }
  return { outcome: 'refuse', event: 'store_regressed' }
}
