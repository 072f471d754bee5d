import { type SignatureAlgorithm, signatureAlgorithms } from '@sessionward/protocol'
import { AnswerError } from '../answer-error.js'
import { type KeyStore, type SigningKey, StoreUnavailableError } from '../store/store.js'
import { jwksMaxAge, type PublicKeySet, publicKeySet } from './jwks.js'
import { createKeyPair, type KeyPair, keyPairOf } from './key-pair.js'
import { createSeal } from './sealed-key.js'

/** Signing keys as next, current and retired. */
export interface KeyRing {
  /** The key that signs now. The first call creates the ring if there is none. */
  current(): Promise<KeyPair>
  /** Every key that a guard may need: current, next, and retired keys whose tokens may still be valid. */
  jwks(): Promise<PublicKeySet>
  /**
   * Makes `next` the current key. `lost`: another call has just rotated the ring.
   *
   * @throws AnswerError `invalid_request` while some guards may not have read `next` yet, unless `force` is set.
   */
  rotate(options?: { readonly force?: boolean }): Promise<'rotated' | 'lost'>
}

export interface KeyRingOptions {
  /** Default ES256. Keys of other algorithms stay published but do not sign. */
  readonly algorithm?: SignatureAlgorithm
  /** The option `secrets.seal`. */
  readonly seal: string | Uint8Array
  /** Seconds. */
  readonly accessTokenLifetime: number
  /** Seconds of clock difference that guards tolerate. Default 60. */
  readonly clockTolerance?: number
  /** This node's clock in milliseconds, used only to measure ages. Default `Date.now`. */
  readonly clock?: () => number
}

/** Maximum age of the ring in memory, in seconds. From half of it on, the ring is read again in the background. */
const maxRingAge = 60

/** Seconds after which every node publishes `next` (`maxRingAge`) and every guard has read it (`jwksMaxAge`). */
const minPublishedAge = jwksMaxAge + maxRingAge

const maxAttempts = 5
const algorithms: ReadonlySet<string> = new Set(signatureAlgorithms)

interface Snapshot {
  readonly readAt: number
  readonly current: KeyPair
  readonly set: PublicKeySet
}

/**
 * The key ring that all nodes share through the store. `storeNow` reads the store's clock.
 *
 * Only keys that decrypt with the seal are published, and the public half is derived from the private one: an attacker that can
 * write to the store but does not know the secret cannot add a key.
 */
export function createKeyRing(store: KeyStore, storeNow: () => Promise<number>, options: KeyRingOptions): KeyRing {
  const { algorithm = 'ES256', accessTokenLifetime, clockTolerance = 60, clock = Date.now } = options
  const seal = createSeal(options.seal)
  // A node that has not read the ring since the rotation signs with the retired key for up to `maxRingAge`.
  const retiredRetention = accessTokenLifetime + clockTolerance + maxRingAge
  const unsealed = new Map<string, Promise<KeyPair>>()
  let snapshot: Snapshot | undefined
  let reading: Promise<Snapshot> | undefined

  return {
    current: async () => (await freshSnapshot()).current,

    async jwks() {
      try {
        return (await freshSnapshot()).set
      } catch (error) {
        // Published keys stay valid, so guards can verify tokens while the store is unavailable.
        if (snapshot && error instanceof StoreUnavailableError) return snapshot.set
        throw error
      }
    },

    async rotate({ force = false } = {}) {
      const [keys, now] = [await listOrCreateKeys(), await storeNow()]
      const current = findKey(keys, 'current')!
      const next = findKey(keys, 'next')!
      const published = Math.floor((now - next.since) / 1000)
      if (!force && published < minPublishedAge) throw publishedTooShort(published)
      const outcome = await store.rotate({ current: current.kid, next: next.kid })
      // A pending read may have started before the rotation.
      await reading?.catch(() => {})
      await read()
      return outcome
    },
  }

  async function freshSnapshot(): Promise<Snapshot> {
    const age = ageOf(snapshot)
    if (!snapshot || age >= maxRingAge) return read()
    if (age >= maxRingAge / 2) read().catch(() => {})
    return snapshot
  }

  function ageOf(seen: Snapshot | undefined): number {
    const age = seen ? (clock() - seen.readAt) / 1000 : Number.POSITIVE_INFINITY
    // The clock was set back, so the age is unknown.
    return age < 0 ? Number.POSITIVE_INFINITY : age
  }

  function read(): Promise<Snapshot> {
    reading ??= readStore().finally(() => {
      reading = undefined
    })
    return reading
  }

  async function readStore(): Promise<Snapshot> {
    const readAt = clock()
    const [listed, now] = [await listOrCreateKeys(), await storeNow()]
    const isExpired = (key: SigningKey) => key.state === 'retired' && now - key.since > retiredRetention * 1000
    if (listed.some(isExpired)) await store.deleteRetired(retiredRetention)

    const kept = listed.filter((key) => algorithms.has(key.algorithm) && !isExpired(key)).sort(byState)
    const pairs = await Promise.all(kept.map(unsealPair))
    for (const kid of unsealed.keys()) if (!kept.some((key) => key.kid === kid)) unsealed.delete(kid)
    const signing = findKey(kept, 'current')!.kid
    snapshot = { readAt, current: pairs.find(({ kid }) => kid === signing)!, set: publicKeySet(pairs) }
    return snapshot
  }

  /** The keys in the store, after creating a missing current or next key. Of several nodes that start at once, one creates it. */
  async function listOrCreateKeys(): Promise<readonly SigningKey[]> {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const keys = await store.list()
      const missing = (['current', 'next'] as const).find((state) => !findKey(keys, state))
      if (!missing) return keys
      // `taken` means that another node has created the key; the next list contains it.
      await createKey(missing)
    }
    throw new Error('store.keys: create answers taken, but list does not contain the key')
  }

  async function createKey(state: 'current' | 'next'): Promise<void> {
    const [pair, now] = [await createKeyPair(algorithm), await storeNow()]
    await store.create({
      kid: pair.kid,
      algorithm,
      state,
      publicKey: JSON.stringify(pair.publicJwk),
      sealedPrivateKey: seal.seal(pair.privateKey, pair.kid),
      createdAt: now,
      since: now,
    })
  }

  async function unsealPair(key: SigningKey): Promise<KeyPair> {
    const known = unsealed.get(key.kid)
    if (known) return known
    const pair = keyPairOf(seal.unseal(key.sealedPrivateKey, key.kid), key.algorithm as SignatureAlgorithm)
    unsealed.set(key.kid, pair)
    return pair
  }

  function findKey(keys: readonly SigningKey[], state: SigningKey['state']): SigningKey | undefined {
    return keys.find((key) => key.algorithm === algorithm && key.state === state)
  }
}

function byState(one: SigningKey, other: SigningKey): number {
  const order = { current: 0, next: 1, retired: 2 }
  return order[one.state] - order[other.state]
}

function publishedTooShort(published: number): AnswerError {
  return new AnswerError(
    'invalid_request',
    `the next key has been published for ${published} seconds: expected at least ${minPublishedAge}, so that every ` +
      'guard knows it before it signs; with force: true, guards may refuse its tokens until they read the keys again',
  )
}
