import type { Config } from '../config.js'
import { readGuardCredentials } from '../keys/guard-credentials.js'
import { createKeyRing, type KeyRing } from '../keys/key-ring.js'
import { type MacKeys, readMacKeys } from '../keys/mac-keys.js'
import { keyRingFromPem } from '../keys/pem-keys.js'
import type { Store } from '../store/store.js'

/** The keys and credentials of an auth server. */
export interface Keys {
  /** Signs access tokens. */
  readonly ring: KeyRing
  /** Authenticate refresh tokens. */
  readonly macKeys: MacKeys
  /** Whether a guard may read the revocation feed with this credential. */
  readonly isGuardCredential: (presented: string) => boolean
}

/** @throws TypeError that names the option, never the secret. */
export function createKeys(config: Config, store: Store): Keys {
  const { secrets } = config
  return {
    ring: createRing(config, store),
    isGuardCredential: readGuardCredentials(secrets.guards),
    macKeys: readMacKeys(secrets.refresh),
  }
}

function createRing({ algorithm, lifetimes, secrets, signingKey }: Config, store: Store): KeyRing {
  if (signingKey !== null) return keyRingFromPem(signingKey, algorithm)
  return createKeyRing(store.keys, store.now, {
    algorithm,
    seal: secrets.seal,
    accessTokenLifetime: lifetimes.accessToken,
  })
}
