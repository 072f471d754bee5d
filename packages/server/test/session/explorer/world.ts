import { type PresentedToken, type RotationRecord, raceWindow } from '../../../src/session/rotation.js'
import type { Binding } from '../../../src/session/session.js'

/** Steps of the clock, in milliseconds: `near`, one is within the raced window and two outside; `far`, none is within. */
export const steps = { near: 9950, far: 12_000 } as const

/** How far the clocks of two nodes are apart, in milliseconds. */
export const skew = 40

export const windowMs = raceWindow * 1000

/** A refresh token as the world knows it: a small number, from which the bytes are made that the rule sees. */
interface Minted {
  readonly generation: number
  /** The number of the confirmed token whose child it is; 0 at sign-in. */
  readonly parent: number
}

type Sender = 'tab' | 'page' | 'thief'

/** A request on its way to the server. */
export interface Request {
  readonly from: Sender
  /** The tab's flight that waits for the answer; 0 where nobody does. */
  readonly flight: number
  readonly token: number
  readonly rotate: boolean
  /** Which sending it is: duplicates carry the same proof, and only the first of them is fresh. */
  readonly send: number
  readonly proof: 'absent' | 'invalid' | 'replayed' | 'valid'
  /** Whether the token was superseded before it was sent. */
  readonly stale: boolean
}

/** A request that has been read, decided as `confirm`, and waits for its conditional write. */
export interface Work {
  readonly request: Request
  readonly read: RotationRecord
  readonly next: RotationRecord
  readonly attempt: number
}

export type Verdict = 'granted' | 'raced' | 'refused' | 'ended' | 'busy' | 'unproven' | 'replayed'

/** An answer on its way back to the browser. */
export interface Answer {
  readonly flight: number
  readonly verdict: Verdict
  /** The token that was presented. */
  readonly presented: number
  /** The token that the Set-Cookie carries; 0 where it carries none. */
  readonly minted: number
}

/** A refresh of a tab, from its first request to the answer that settles it. */
export interface Flight {
  readonly id: number
  /** How many refresh periods the thief had survived when it began; -1 before his first use. */
  readonly period: number
}

interface Thief {
  /** The tokens that he holds. */
  readonly loot: readonly number[]
  /** Whether he has been granted tokens. */
  readonly used: boolean
  /** Honest refreshes, one after the other, that came to an answer since then. */
  readonly periods: number
  /** When the last of them was counted. */
  readonly countedAt: number
}

/** What may still happen: each move that would make the world endless takes one from its budget. */
export interface Budget {
  /** Requests that tabs may send. */
  readonly sends: number
  /** Flights that a tab may give up: a request or an answer is lost, or comes too late. */
  readonly losses: number
  /** Requests or answers that the network or the browser may repeat. */
  readonly duplicates: number
  /** Refreshes by a server that renders a page: the answer is thrown away, or `rotate: false`. */
  readonly pages: number
  readonly crashes: number
  /** Acknowledged writes that the store may lose, each the last one at that moment. */
  readonly storeLosses: number
  readonly steps: number
  /** How often the thief may copy the jar. */
  readonly thefts: number
  /** Requests that he may send. */
  readonly attacks: number
}

/** Why a bearer session may be lost, as bits, so that a world can hold several. The last two are limits of the window. */
export const cause = { rolledBackJar: 1, lateCookie: 2, oldRequest: 4, crowdedWindow: 8 } as const

export interface World {
  /** Milliseconds. */
  readonly now: number
  readonly record: RotationRecord
  readonly ended: boolean
  /** What the store held before its last write. */
  readonly before: { readonly record: RotationRecord; readonly ended: boolean } | null
  /** All tokens ever minted; the index is the token's number. */
  readonly tokens: readonly Minted[]
  /** Every first use of a token as it truly happened, whatever the store says of it later. */
  readonly used: readonly { readonly token: number; readonly at: number }[]
  readonly jar: number
  /** Whether the jar's token has been sent since it arrived, and its answer has not been taken yet. */
  readonly jarSent: boolean
  /** The jar as the browser's disk has it. */
  readonly flushed: number
  /** Set-Cookies taken since then. */
  readonly unflushed: number
  /** The flight of each tab; null: idle. */
  readonly tabs: readonly (Flight | null)[]
  readonly requests: readonly Request[]
  readonly work: readonly Work[]
  readonly answers: readonly Answer[]
  readonly thief: Thief
  readonly left: Budget
  /** Causes (bits) that have come about. */
  readonly causes: number
  /** Flights and sendings so far. */
  readonly count: number
}

/** A bounded world. */
export interface Bounds {
  readonly name: string
  readonly binding: 'bearer' | 'bound'
  readonly tabs: 1 | 2
  /** Whether the client's lock holds: one flight in the browser at a time, and none outlives its lock. */
  readonly lock: boolean
  /** Whether a Set-Cookie may be taken although another flight has changed the jar since its request was sent. */
  readonly lateCookies: boolean
  /** Whether a request may arrive more than ten seconds after its token was superseded. */
  readonly oldRequests: boolean
  /** Whether a crash may undo more than one Set-Cookie, or one while an answer is out. */
  readonly deepRollbacks: boolean
  /** Whether nodes read clocks that are 40 ms apart. */
  readonly skewed: boolean
  /** Whether time may pass between the read of a record and its conditional write. */
  readonly stalls: boolean
  /** What a server that renders pages does with its refresh. */
  readonly page: 'throws the answer away' | 'rotate: false'
  readonly step: keyof typeof steps
  readonly budget: Budget
}

/** Whose key a session is bound to. The rule only asks whether there is one. */
export const keyOf = {
  client: { type: 'dpop', jkt: 'the key of the client' },
  thief: { type: 'dpop', jkt: 'the key of the thief' },
} as const satisfies Record<string, Binding>

const nonces: Uint8Array[] = []

/** The nonce of a token: its number, as bytes. */
export function nonceOf(token: number): Uint8Array {
  nonces[token] ??= Uint8Array.from({ length: 16 }, (_, index) => (index === 0 || index === 8 ? token : 0))
  return nonces[token]
}

const parents: Uint8Array[] = []

/** The token as the rule sees it. */
export function presentedToken(world: World, token: number): PresentedToken {
  const { generation, parent } = world.tokens[token]!
  parents[parent] ??= nonceOf(parent).slice(0, 8)
  return { generation, nonce: nonceOf(token), parent: parents[parent] }
}

/** The number of the token whose nonce, or whose first bytes of it, these are. */
export function tokenOf(nonce: Uint8Array): number {
  return nonce[0]!
}

/** How long ago a token was truly superseded, by its child or by a sibling; null where it was not. */
export function supersededFor(world: World, token: number): number | null {
  const { generation } = world.tokens[token]!
  for (const use of world.used) {
    if (use.token !== token && world.tokens[use.token]!.generation >= generation) return world.now - use.at
  }
  return null
}

/** The world just after the sign-in: the jar holds the token of generation 0, on disk too. */
export function signedIn(bounds: Bounds): World {
  return {
    now: 0,
    record: {
      generation: 0,
      nonce: nonceOf(1),
      superseded: [],
      binding: bounds.binding === 'bound' ? keyOf.client : null,
    },
    ended: false,
    before: null,
    tokens: [
      { generation: -1, parent: 0 },
      { generation: 0, parent: 0 },
    ],
    used: [],
    jar: 1,
    jarSent: false,
    flushed: 1,
    unflushed: 0,
    tabs: Array.from({ length: bounds.tabs }, () => null),
    requests: [],
    work: [],
    answers: [],
    thief: { loot: [], used: false, periods: 0, countedAt: 0 },
    left: bounds.budget,
    causes: 0,
    count: 0,
  }
}

/**
 * Counts a refresh period that the thief has survived: an honest refresh that began after the last one was counted. One
 * that is told to wait counts once in ten seconds at most, since a period is far longer.
 */
export function counted(world: World, flight: number, completed: boolean): World {
  const { thief } = world
  const period = world.tabs.find((other) => other?.id === flight)?.period
  if (!thief.used || period !== thief.periods) return world
  if (!completed && world.now - thief.countedAt <= windowMs) return world
  return { ...world, thief: { ...thief, periods: thief.periods + 1, countedAt: world.now } }
}
