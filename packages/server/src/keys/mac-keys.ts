import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import type { RefreshKey } from './secrets.js'
import { requireStrongSecret } from './strong-secret.js'

/** The keys of the option `secrets.refresh`, as MAC keys. */
export interface MacKeys {
  readonly minting: { readonly id: number; readonly key: KeyObject }
  /** `unknown`: this node's configuration does not list the key yet. */
  find(id: number): KeyObject | 'retired' | 'unknown'
}

const states: readonly RefreshKey['state'][] = ['listed', 'minting', 'retired']

/** @throws TypeError that names the option and what was expected, never the secret. */
export function readMacKeys(refresh: readonly RefreshKey[]): MacKeys {
  if (!Array.isArray(refresh)) throw new TypeError('secrets.refresh must be a list of { id, secret, state }')
  const keys = new Map<number, KeyObject | 'retired'>()
  for (const entry of refresh) {
    const { id, secret, state }: RefreshKey = entry ?? {}
    if (!Number.isInteger(id) || id < 0 || id > 255) {
      throw new TypeError('secrets.refresh: each id must be a whole number from 0 to 255')
    }
    if (keys.has(id)) throw new TypeError(`secrets.refresh: the id ${id} appears twice`)
    const label = `secrets.refresh (id ${id})`
    if (!states.includes(state)) throw new TypeError(`${label}: state must be one of ${states.join(', ')}`)
    keys.set(id, state === 'retired' ? 'retired' : macKey(requireStrongSecret(secret, label)))
  }
  const minting = refresh.filter((key) => key.state === 'minting')
  if (minting.length !== 1) {
    throw new TypeError(`secrets.refresh: exactly one key must have the state minting; found ${minting.length}`)
  }
  const id = minting[0]!.id
  return { minting: { id, key: keys.get(id) as KeyObject }, find: (wanted) => keys.get(wanted) ?? 'unknown' }
}

function macKey(secret: Uint8Array): KeyObject {
  return createSecretKey(new Uint8Array(hkdfSync('sha256', secret, '', 'sessionward refresh mac', 32)))
}
