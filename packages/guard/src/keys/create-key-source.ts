import type { SignatureAlgorithm } from '@sessionward/protocol'
import { withoutQuery } from '../failure.js'
import type { SignatureVerifier } from '../signature.js'
import type { Warnings } from '../warnings.js'
import { fetchJwks } from './fetch-jwks.js'
import { importKeys } from './key-set.js'
import { KeySource, type OnLoad, type ReloadIntervals } from './key-source.js'
import { selectKeys } from './select-keys.js'

/** Where keys come from: an address, what was configured, or a function in the same process. */
export type KeyOptions =
  | { readonly from: 'uri'; readonly uri: string; readonly fetch: typeof globalThis.fetch }
  | { readonly from: 'configured' | 'function'; readonly read: () => unknown }

const reloadIntervals: Readonly<Record<KeyOptions['from'], ReloadIntervals>> = {
  uri: { cooldown: 30, maxAge: 600 },
  // Configured keys never change.
  configured: { cooldown: Number.POSITIVE_INFINITY, maxAge: Number.POSITIVE_INFINITY },
  // A call in the same process is cheap, although it may read a store.
  function: { cooldown: 1, maxAge: 30 },
}

/** @param now milliseconds */
export function createKeySource(
  options: KeyOptions,
  algorithms: readonly SignatureAlgorithm[],
  verifier: SignatureVerifier,
  now: () => number,
  warnings: Warnings,
): KeySource {
  const read = options.from === 'uri' ? () => fetchJwks(options.uri, options.fetch) : options.read
  const load: ConstructorParameters<typeof KeySource>[0] = async (previous) =>
    importKeys(selectKeys(await read(), algorithms), verifier, previous)
  return new KeySource(load, reloadIntervals[options.from], now, warnOfFailure(warnings, options))
}

/** Without keys a guard answers every request with 503, and the response does not say why. */
function warnOfFailure(warnings: Warnings, options: KeyOptions): OnLoad {
  const place = options.from === 'uri' ? ` at ${withoutQuery(options.uri)}` : ''
  return (failure) => {
    if (failure === undefined) warnings.resolve('keys')
    else warnings.warn('keys', `the signing keys${place} cannot be read: ${failure}. ${consequence}`)
  }
}

const consequence =
  'Keys that were read before are used for up to a day; requests that need other keys are answered with 503.'
