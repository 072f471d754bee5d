/** `api` and `auth` are the two servers. Every other id, `thief` included, is a caller. */
export type LaneId = string

/** Why something went over the wire. */
export type Purpose = 'request' | 'refresh' | 'sign-in' | 'sign-out'

/**
 * What became of it.
 *
 * - `ok`: answered.
 * - `expired`: the access token has expired; a refresh helps.
 * - `refused`: no, and a refresh would not help.
 * - `raced`: another one was faster; nothing lost.
 * - `lost`: no answer arrived.
 * - `nobody`: there is no session that could be refreshed.
 */
export type Outcome = 'ok' | 'expired' | 'refused' | 'raced' | 'lost' | 'nobody'

/** One line of what crossed the wire: a name and a string, secrets shortened. */
export type WireLine = readonly [name: string, text: string]

/**
 * What this tab and the others report to the stage. `at` is milliseconds since the epoch on the browser's clock,
 * which all tabs share.
 */
export type StageEvent =
  | {
      readonly type: 'lane'
      readonly lane: LaneId
      readonly kind: 'tab' | 'thief'
      readonly born: number
      readonly at: number
    }
  | { readonly type: 'closed'; readonly lane: LaneId; readonly at: number }
  | { readonly type: 'call'; readonly call: string; readonly lane: LaneId; readonly at: number }
  | { readonly type: 'waiting'; readonly call: string; readonly at: number }
  | { readonly type: 'resumed'; readonly call: string; readonly at: number }
  | { readonly type: 'settled'; readonly call: string; readonly outcome: Outcome; readonly at: number }
  | {
      readonly type: 'sent'
      readonly trip: string
      readonly lane: LaneId
      readonly to: 'api' | 'auth'
      readonly purpose: Purpose
      /** The call that sends this request. A call may send its request again after a refresh. */
      readonly call?: string
      /** Requests of one bundle are drawn together. */
      readonly bundle?: string
      readonly generation?: number
      readonly wire: readonly WireLine[]
      readonly at: number
    }
  | {
      readonly type: 'answered'
      readonly trip: string
      readonly outcome: Outcome
      readonly generation?: number
      readonly wire: readonly WireLine[]
      readonly at: number
    }
  | { readonly type: 'adopted'; readonly lane: LaneId; readonly generation: number; readonly at: number }
  | { readonly type: 'signed-in'; readonly lane: LaneId; readonly session: string; readonly at: number }
  | { readonly type: 'ended'; readonly session: string; readonly reason: string; readonly at: number }
  | { readonly type: 'revoked'; readonly at: number }
  | { readonly type: 'unavailable'; readonly until: number; readonly at: number }
  | { readonly type: 'act'; readonly act: string; readonly pace: number; readonly at: number }
  | { readonly type: 'rest'; readonly at: number }
