import { deviceClassOf } from './device-class.js'
import type { Session } from './session.js'

/** Lifetimes in seconds. */
export interface Lifetimes {
  /** Access token. Default 300. */
  readonly accessToken: number
  /** Idle timeout: a session ends when it has not been refreshed for this long. Default 14 days. */
  readonly idle: number
  /** Absolute timeout: a session ends this long after the sign-in, even if it is used. Default 90 days. */
  readonly absolute: number
}

const hour = 3600
const day = 24 * hour

/** Named sets of lifetimes. `strict` is AAL2 of NIST SP 800-63B-4 section 2.2.3. */
export const presets = {
  default: { accessToken: 300, idle: 14 * day, absolute: 90 * day },
  strict: { accessToken: 300, idle: hour, absolute: day },
} as const satisfies Record<string, Lifetimes>

/**
 * Seconds in which a change of an account is made, at most. What is read of a profile within that time of a change, or of a
 * sign-in, may be either side of it, and is not taken from a cache.
 */
export const profileGracePeriod = 30

const idleWithoutRemember = 12 * hour

/** The lifetimes of one session: a sign-in that is not to be remembered idles out within 12 hours. */
export function lifetimesFor(lifetimes: Lifetimes, remember: boolean): Lifetimes {
  return remember ? lifetimes : { ...lifetimes, idle: Math.min(lifetimes.idle, idleWithoutRemember) }
}

/** How many sessions of an account may be active at the same time. The clients (`clientId`) of a tenant count together. */
export interface SessionPolicy {
  /** At least 1. */
  readonly maxSessions: number
  /**
   * Whether the maximum is for the account or for each device class of it. The class is what the sign-in states, or else what
   * the browser's `User-Agent` says. Scripts are counted apart in both.
   */
  readonly per: 'subject' | 'device class'
  /** Whether a sign-in beyond the maximum ends the oldest session or is refused. */
  readonly onExceed: 'replace' | 'refuse'
}

/**
 * What a sign-in means for the sessions that are active.
 *
 * - `admit`: end `replaced`, begin, and then end `own`, the sessions of the same browser or device, which do not count.
 * - `refuse`: nothing changes.
 */
export type Admission =
  | { readonly outcome: 'admit'; readonly own: readonly string[]; readonly replaced: readonly string[] }
  | { readonly outcome: 'refuse' }

type Candidate = Pick<Session, 'id' | 'clientId' | 'device' | 'userAgent' | 'createdAt'>

/**
 * Decides which sessions end for a new one, so that no more than the maximum is active once it has begun.
 *
 * @param active Those of its subject, in any order.
 * @param sameBrowser Ids of sessions whose cookies the browser of the sign-in holds.
 */
export function decideAdmission(
  policy: SessionPolicy,
  next: Candidate,
  active: readonly Candidate[],
  sameBrowser: readonly string[],
): Admission {
  const isOwn = (other: Candidate) => sameBrowser.includes(other.id) || isSameDevice(other, next)
  const rivals = active.filter((other) => !isOwn(other) && groupOf(policy, other) === groupOf(policy, next))
  const replaced = rivals.toSorted(newestFirst).slice(policy.maxSessions - 1)
  if (replaced.length > 0 && policy.onExceed === 'refuse') return { outcome: 'refuse' }
  return { outcome: 'admit', own: active.filter(isOwn).map(idOf), replaced: replaced.map(idOf) }
}

/**
 * Of active sessions in the group of one of them, those beyond the maximum, in an order that is the same on every node: the
 * oldest, or, where a sign-in is refused rather than let one end, the newest.
 */
export function excessOf(policy: SessionPolicy, one: Candidate, active: readonly Candidate[]): readonly string[] {
  const group = active.filter((other) => groupOf(policy, other) === groupOf(policy, one)).toSorted(newestFirst)
  if (policy.onExceed === 'refuse') group.reverse()
  return group.slice(policy.maxSessions).map(idOf)
}

/** A client that keeps its own token may lose it: the device's id is all that says that it is the same device. */
function isSameDevice(one: Candidate, other: Candidate): boolean {
  const id = one.device?.id
  return !!id && id === other.device?.id && one.clientId === other.clientId
}

function groupOf({ per }: SessionPolicy, one: Candidate): string {
  const deviceClass = deviceClassOf(one)
  return per === 'device class' || deviceClass === 'service' ? deviceClass : 'people'
}

/** By id where two began in the same millisecond, so that every node ends the same ones. */
function newestFirst(one: Candidate, other: Candidate): number {
  return other.createdAt - one.createdAt || (one.id < other.id ? 1 : -1)
}

function idOf({ id }: Candidate): string {
  return id
}
