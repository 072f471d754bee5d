import type { SignatureAlgorithm } from '@sessionward/protocol'
import { placeOf } from '../failure.js'
import type { SignatureSeam } from '../signature.js'
import type { Warnings } from '../warnings.js'
import { admitKeys } from './admit-keys.js'
import { fetchJwks } from './jwks.js'
import { importKeys } from './key-set.js'
import { KeySource, type Pace, type Report } from './key-source.js'

/** Where keys come from: an address, what was configured, or a function in the same process. */
export type KeyOptions =
  | { readonly from: 'uri'; readonly uri: string; readonly fetch: typeof globalThis.fetch }
  | { readonly from: 'given' | 'function'; readonly read: () => unknown }

const paces: Readonly<Record<KeyOptions['from'], Pace>> = {
  uri: { coolDown: 30, maxAge: 600 },
  // What was given never changes.
  given: { coolDown: Number.POSITIVE_INFINITY, maxAge: Number.POSITIVE_INFINITY },
  // A call in the same process is cheap, though it may read a store.
  function: { coolDown: 1, maxAge: 30 },
}

/** @param now milliseconds */
export function openKeys(
  options: KeyOptions,
  algorithms: readonly SignatureAlgorithm[],
  seam: SignatureSeam,
  now: () => number,
  warnings: Warnings,
): KeySource {
  const read = options.from === 'uri' ? () => fetchJwks(options.uri, options.fetch) : options.read
  const load: ConstructorParameters<typeof KeySource>[0] = async (previous) =>
    importKeys(admitKeys(await read(), algorithms), seam, previous)
  return new KeySource(load, paces[options.from], now, reportTo(warnings, options))
}

/** A guard without keys answers 503 to everybody, and the answer does not say why. */
function reportTo(warnings: Warnings, options: KeyOptions): Report {
  const place = options.from === 'uri' ? ` at ${placeOf(options.uri)}` : ''
  return (failure) => {
    if (failure === undefined) warnings.resolve('keys')
    else warnings.warn('keys', `the signing keys${place} cannot be read: ${failure}. ${consequence}`)
  }
}

const consequence =
  'Keys that were read before are used for up to a day; requests that need other keys are answered with 503.'
