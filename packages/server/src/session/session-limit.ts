import { deviceClassOf } from './device-class.js'
import type { Session } from './session.js'

/** How many sessions of an account may be active at the same time. The clients (`clientId`) of a tenant count together. */
export interface SessionPolicy {
  /** At least 1. */
  readonly maxSessions: number
  /**
   * Whether the maximum applies to the account or to each of its device classes. The class is what the sign-in states, or what
   * the browser's `User-Agent` suggests. Scripts (class `service`) are counted separately in both cases.
   */
  readonly per: 'subject' | 'device class'
  /** Whether a sign-in beyond the maximum ends the oldest session or is refused. */
  readonly onExceed: 'replace' | 'refuse'
}

/**
 * What a sign-in does to the active sessions.
 *
 * - `admit`: end `replaced`, start the new session, then end `own`, the sessions of the same browser or device, which do not count.
 * - `refuse`: nothing changes.
 */
export type Admission =
  | { readonly outcome: 'admit'; readonly own: readonly string[]; readonly replaced: readonly string[] }
  | { readonly outcome: 'refuse' }

type Candidate = Pick<Session, 'id' | 'clientId' | 'device' | 'userAgent' | 'createdAt'>

/**
 * Decides which sessions end for a new one, so that at most `maxSessions` are active once it has started.
 *
 * @param active The active sessions of the subject, in any order.
 * @param sameBrowser Ids of the sessions whose cookies the browser of the sign-in holds.
 */
export function decideAdmission(
  policy: SessionPolicy,
  next: Candidate,
  active: readonly Candidate[],
  sameBrowser: readonly string[],
): Admission {
  const isOwn = (other: Candidate) => sameBrowser.includes(other.id) || isSameDevice(other, next)
  const competing = active.filter((other) => !isOwn(other) && groupOf(policy, other) === groupOf(policy, next))
  const replaced = competing.toSorted(newestFirst).slice(policy.maxSessions - 1)
  if (replaced.length > 0 && policy.onExceed === 'refuse') return { outcome: 'refuse' }
  return { outcome: 'admit', own: active.filter(isOwn).map(idOf), replaced: replaced.map(idOf) }
}

/**
 * Ids of the sessions beyond the maximum, among the active sessions in the group of `one`: the oldest, or the newest if the
 * policy refuses sign-ins. The order is the same on every node.
 */
export function sessionsOverLimit(
  policy: SessionPolicy,
  one: Candidate,
  active: readonly Candidate[],
): readonly string[] {
  const group = active.filter((other) => groupOf(policy, other) === groupOf(policy, one)).toSorted(newestFirst)
  if (policy.onExceed === 'refuse') group.reverse()
  return group.slice(policy.maxSessions).map(idOf)
}

/** A client with body transport may lose its token; then only the device id identifies the device. */
function isSameDevice(one: Candidate, other: Candidate): boolean {
  const id = one.device?.id
  return !!id && id === other.device?.id && one.clientId === other.clientId
}

function groupOf({ per }: SessionPolicy, one: Candidate): string {
  const deviceClass = deviceClassOf(one)
  return per === 'device class' || deviceClass === 'service' ? deviceClass : 'people'
}

/** Ties are broken by id, so that every node ends the same sessions. */
function newestFirst(one: Candidate, other: Candidate): number {
  return other.createdAt - one.createdAt || (one.id < other.id ? 1 : -1)
}

function idOf({ id }: Candidate): string {
  return id
}
