import type { SignatureAlgorithm } from '@sessionward/protocol'
import { calculateJwkThumbprint, exportJWK, importSPKI, type JWK } from 'jose'
import { type Jwks, selectKeys } from './select-keys.js'

/** Public keys as they are configured: a JWKS, one JWK, a PEM public key or a list of them, or a function that returns a JWKS. */
export type ConfiguredKeys = Jwks | string | readonly string[] | object | (() => Jwks | Promise<Jwks>)

/**
 * Checks configured keys as far as that is possible synchronously.
 *
 * @returns a function that reads them as a key set
 * @throws TypeError
 */
export function readConfiguredKeys(keys: ConfiguredKeys, algorithms: readonly SignatureAlgorithm[]): () => unknown {
  if (typeof keys === 'function') return keys as () => unknown
  if (typeof keys === 'string') return readPems([keys], algorithms)
  if (Array.isArray(keys)) return readPems(keys, algorithms)
  const set = 'keys' in keys ? keys : { keys: [keys] }
  selectKeys(set, algorithms)
  return () => set
}

function readPems(pems: readonly unknown[], algorithms: readonly SignatureAlgorithm[]): () => Promise<Jwks> {
  if (pems.length === 0 || !pems.every(isPem)) {
    throw new TypeError(
      'a string must be one PEM public key (BEGIN PUBLIC KEY), and a list must consist of such strings',
    )
  }
  return async () => {
    const jwks = await Promise.all(pems.map((pem) => pemToSingleJwk(pem, algorithms)))
    // A single key needs no `kid`. Several get the thumbprint, which our auth server uses as `kid`.
    return { keys: jwks.length === 1 ? jwks : await Promise.all(jwks.map(withThumbprint)) }
  }
}

function isPem(pem: unknown): pem is string {
  return typeof pem === 'string' && /^\s*-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----\s*$/.test(pem)
}

/** @throws TypeError where the key does not fit exactly one algorithm */
async function pemToSingleJwk(pem: string, algorithms: readonly SignatureAlgorithm[]): Promise<JWK> {
  const jwks = await Promise.all(algorithms.map((algorithm) => pemToJwk(pem, algorithm)))
  const [jwk, ...others] = jwks.filter((key) => key !== undefined)
  if (!jwk) throw new TypeError('a PEM public key must match one of the algorithms of this guard')
  if (others.length > 0) throw new TypeError('a PEM public key must match only one of the algorithms of this guard')
  return jwk
}

/** Sets `kid` to the thumbprint (RFC 7638). */
async function withThumbprint(jwk: JWK): Promise<JWK> {
  return { ...jwk, kid: await calculateJwkThumbprint(jwk) }
}

async function pemToJwk(pem: string, algorithm: SignatureAlgorithm): Promise<JWK | undefined> {
  try {
    return { ...(await exportJWK(await importSPKI(pem, algorithm, { extractable: true }))), alg: algorithm }
  } catch {
    // The key is for another algorithm; the caller tries all of them.
    return undefined
  }
}
