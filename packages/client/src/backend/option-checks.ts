import { type SessionEndReason, sessionEndReasons } from '@sessionward/protocol'
import { unknownOption } from '#option-names'
import type { EndedReason } from './backend-errors.js'

/** Refuses what an application wrote: says what was wrong, and what was expected. */
export interface OptionChecks {
  /** @throws TypeError that says which name is unknown. */
  names(options: object, known: readonly string[], path?: string): void
  /** @throws TypeError unless it holds. */
  check(holds: unknown, option: string, expected: string): void
}

export function optionChecks(caller: string): OptionChecks {
  return {
    names(options, known, path) {
      const unknown = unknownOption(options, known, path)
      if (unknown) throw new TypeError(`${caller}: ${unknown}`)
    },
    check(holds, option, expected) {
      if (!holds) throw new TypeError(`${caller}: \`${option}\` must be ${expected}.`)
    },
  }
}

const others = ['refresh_token_missing', 'refresh_token_invalid', 'refresh_token_expired'] as const

export const endedReasons: readonly EndedReason[] = [...sessionEndReasons, ...others]

export function isEndedReason(value: unknown): value is EndedReason {
  return endedReasons.includes(value as SessionEndReason)
}

export function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}
