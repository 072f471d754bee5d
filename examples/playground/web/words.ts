import type { Outcome, Purpose } from './stage/events.js'
import { en } from './words-en.js'
import { zh } from './words-zh.js'

export type ActId = 'ten' | 'lost' | 'tabs' | 'away' | 'thief' | 'everywhere'

export interface ActWords {
  readonly title: string
  /** What it will do. */
  readonly before: string
  /** The technical term. */
  readonly term: string
  /** What the usual interceptor would have done. */
  readonly usual: string
}

/** Everything that the page says, in one language. Numbers always come from what was counted. */
export interface Words {
  readonly locale: 'en' | 'zh'
  /** Texts that are in the page from the beginning, by the name in their `data-word`. */
  readonly page: Readonly<Record<string, string>>
  readonly acts: Readonly<Record<ActId, ActWords>>
  readonly seen: {
    ten(counts: { expired: number; refreshes: number; answered: number }): string
    lost(counts: { lost: number; refreshed: number; answered: number; generation: number | null }): string
    tabs(counts: { tabs: number; calls: number; refreshes: number; answered: number }): string
    away(counts: {
      away: number
      tries: number
      waited: number
      longest: number
      answered: number
      calls: number
    }): string
    thief(counts: { granted: number; inside: number; raced: number; milliseconds: number; refused: number }): string
    everywhere(counts: { milliseconds: number; left: number }): string
    failed(error: string): string
  }
  readonly progress: {
    readonly playing: string
    /** Explains what a refresh is, where the first one happens. */
    readonly refresh: string
    readonly needTab: string
    readonly tabHere: string
    readonly thiefSignsIn: string
    readonly thiefIn: string
    thiefWaits(seconds: number): string
    milliseconds(milliseconds: number): string
  }
  readonly stage: {
    readonly api: string
    readonly auth: string
    readonly apiHint: string
    readonly authHint: string
    readonly thief: string
    readonly victim: string
    readonly sent: string
    readonly received: string
    readonly unavailable: string
    readonly revoked: string
    readonly here: string
    readonly purpose: Readonly<Record<Purpose, string>>
    readonly outcome: Readonly<Record<Outcome, string>>
    tab(number: number): string
    generation(generation: number): string
    ended(reason: string): string
    /** Requests that are drawn as one. */
    bundle(count: number, outcome: Outcome): string
    underWay(purpose: string, where: string): string
    crossed(purpose: string, where: string, milliseconds: number, outcome: string, generation: number | null): string
  }
  readonly state: {
    readonly nobody: string
    readonly states: Readonly<Record<string, string>>
    secondsLeft(seconds: number): string
    signedIn(name: string): string
    signedOut(reason: string): string
    signInFailed(reason: string): string
  }
  /** Why a session ended or a sign-in failed. */
  readonly reasons: Readonly<Record<string, string>>
}

const catalogues = { en, zh }

export function wordsFor(locale: 'en' | 'zh'): Words {
  return catalogues[locale]
}
