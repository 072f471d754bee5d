import {
  decideProof,
  type Evidence,
  isConfirmed,
  type PresentedToken,
  type RotationDecision,
  type RotationRecord,
} from './rotation.js'

/**
 * Decides what the token of a fixed session means: the token issued at sign-in is granted every time.
 *
 * Nothing is written, so a copy of the token cannot be detected. The session never has another token: a genuine one that
 * differs means that the store lost data, which is no reason to sign the person out.
 */
export function decideFixed(record: RotationRecord, token: PresentedToken, evidence: Evidence): RotationDecision {
  const unproven = decideProof(record, evidence)
  if (unproven) return unproven
  if (isConfirmed(record, token)) return { outcome: 'grant', event: null }
  return { outcome: 'refuse', event: 'store_regressed' }
}
