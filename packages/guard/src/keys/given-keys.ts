import type { SignatureAlgorithm } from '@sessionward/protocol'
import { exportJWK, importSPKI } from 'jose'
import { admitKeys, type Jwks } from './admit-keys.js'

/** Public keys as they are configured: a JWKS, one JWK, a PEM public key, or a function that returns a JWKS. */
export type GivenKeys = Jwks | string | object | (() => Jwks | Promise<Jwks>)

/**
 * Checks configured keys as far as that is possible synchronously.
 *
 * @returns what reads them as a key set
 * @throws TypeError
 */
export function readGivenKeys(keys: GivenKeys, algorithms: readonly SignatureAlgorithm[]): () => unknown {
  if (typeof keys === 'function') return keys as () => unknown
  if (typeof keys === 'string') return readPem(keys, algorithms)
  const set = 'keys' in keys ? keys : { keys: [keys] }
  admitKeys(set, algorithms)
  return () => set
}

function readPem(pem: string, algorithms: readonly SignatureAlgorithm[]): () => Promise<Jwks> {
  if (!/^\s*-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----\s*$/.test(pem)) {
    throw new TypeError('a string must be one PEM public key (BEGIN PUBLIC KEY)')
  }
  return async () => {
    const jwks = await Promise.all(algorithms.map((algorithm) => pemToJwk(pem, algorithm)))
    const [jwk, ...others] = jwks.filter((key) => key !== undefined)
    if (!jwk) throw new TypeError('a PEM public key must match one of the algorithms of this guard')
    if (others.length > 0) throw new TypeError('a PEM public key must match only one of the algorithms of this guard')
    return { keys: [jwk] }
  }
}

async function pemToJwk(pem: string, algorithm: SignatureAlgorithm): Promise<object | undefined> {
  try {
    return { ...(await exportJWK(await importSPKI(pem, algorithm, { extractable: true }))), alg: algorithm }
  } catch {
    // A key of another kind; the caller tries them all.
    return undefined
  }
}
