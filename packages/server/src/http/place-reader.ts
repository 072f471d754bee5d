import type { Logger } from '@sessionward/protocol'
import { typeOf } from '../input/values.js'
import { describeError } from '../logger.js'
import type { PlaceOf } from '../options.js'

/** @returns undefined if the place is unknown. Never rejects. */
export type PlaceReader = (address: string) => Promise<string | undefined>

/** Calls the option `place`. If that fails, the list of sessions has no places, and the operator is warned once. */
export function createPlaceReader(placeOf: PlaceOf | undefined, logger: Pick<Logger, 'warn'>): PlaceReader {
  let isWarned = false
  const warn = (problem: string) => {
    if (!isWarned) logger.warn(`lists of sessions have no places: ${problem}`)
    isWarned = true
    return undefined
  }
  return async (address) => {
    try {
      const place = (await placeOf?.(address)) ?? undefined
      if (place === undefined || typeof place === 'string') return place
      return warn(`the option place returned ${typeOf(place)}, and a string was expected`)
    } catch (error) {
      return warn(`the option place failed: ${describeError(error)}`)
    }
  }
}
