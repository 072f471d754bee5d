import { type SignatureAlgorithm, signatureAlgorithms } from '@sessionward/protocol'
import { AnswerError } from '../answer-error.js'
import { type KeyStore, type SigningKey, StoreUnavailableError } from '../store/store.js'
import { jwksMaxAge, type PublicKeySet, publicKeySet } from './jwks.js'
import { type KeyPair, keyPairOf, makeKeyPair } from './key-pair.js'
import { createSeal } from './sealed-key.js'

/** Signing keys as next, current and retired. */
export interface KeyRing {
  /** The key that signs now. The first call creates the ring if there is none. */
  current(): Promise<KeyPair>
  /** Every key that a guard may need: current, next, and retired ones whose tokens may not have expired. */
  jwks(): Promise<PublicKeySet>
  /**
   * Makes `next` the key that signs. `lost`: another call has just done so.
   *
   * @throws AnswerError `invalid_request` while a guard may not know `next` yet, unless `force` is set.
   */
  rotate(options?: { readonly force?: boolean }): Promise<'rotated' | 'lost'>
}

export interface KeyRingOptions {
  /** Default ES256. Keys of another algorithm stay published, but do not sign. */
  readonly algorithm?: SignatureAlgorithm
  /** The option `secrets.seal`. */
  readonly seal: string | Uint8Array
  /** Seconds. */
  readonly accessTokenLifetime: number
  /** Seconds that guards may let a token live on. Default 60. */
  readonly clockTolerance?: number
  /** This node's own clock, in milliseconds; only ages are taken from it. Default `Date.now`. */
  readonly clock?: () => number
}

/** Nothing that is older than this is signed with, in seconds; half of it, and the ring is read again in the background. */
const ringAge = 60

/** How long `next` must have been published: every node serves it after `ringAge`, every guard has it `jwksMaxAge` later. */
const publishedBeforeUse = jwksMaxAge + ringAge

const tries = 5
const algorithms: ReadonlySet<string> = new Set(signatureAlgorithms)

interface View {
  readonly readAt: number
  readonly current: KeyPair
  readonly set: PublicKeySet
}

/**
 * The ring that all nodes share through the store. `storeNow` is the store's clock.
 *
 * Only what opens with the seal is published, and the public half is derived from the private one: an
 * attacker that can write to the store but does not know the secret cannot add a key.
 */
export function createKeyRing(store: KeyStore, storeNow: () => Promise<number>, options: KeyRingOptions): KeyRing {
  const { algorithm = 'ES256', accessTokenLifetime, clockTolerance = 60, clock = Date.now } = options
  const seal = createSeal(options.seal)
  // A node that has not looked since the rotation signs with the retired key for `ringAge` more.
  const keepRetired = accessTokenLifetime + clockTolerance + ringAge
  const opened = new Map<string, Promise<KeyPair>>()
  let view: View | undefined
  let reading: Promise<View> | undefined

  return {
    current: async () => (await recent()).current,

    async jwks() {
      try {
        return (await recent()).set
      } catch (error) {
        // Guards go on verifying while the store is unavailable: published keys do not become wrong.
        if (view && error instanceof StoreUnavailableError) return view.set
        throw error
      }
    },

    async rotate({ force = false } = {}) {
      const [keys, now] = [await complete(), await storeNow()]
      const current = ours(keys, 'current')!
      const next = ours(keys, 'next')!
      const published = Math.floor((now - next.since) / 1000)
      if (!force && published < publishedBeforeUse) throw tooEarly(published)
      const outcome = await store.rotate({ current: current.kid, next: next.kid })
      // A reading that is under way may have begun before the rotation.
      await reading?.catch(() => {})
      await read()
      return outcome
    },
  }

  async function recent(): Promise<View> {
    const age = ageOf(view)
    if (!view || age >= ringAge) return read()
    if (age >= ringAge / 2) read().catch(() => {})
    return view
  }

  function ageOf(seen: View | undefined): number {
    const age = seen ? (clock() - seen.readAt) / 1000 : Number.POSITIVE_INFINITY
    // The clock was set back: the age of the view is unknown.
    return age < 0 ? Number.POSITIVE_INFINITY : age
  }

  function read(): Promise<View> {
    reading ??= readAnew().finally(() => {
      reading = undefined
    })
    return reading
  }

  async function readAnew(): Promise<View> {
    const readAt = clock()
    const [listed, now] = [await complete(), await storeNow()]
    const isOver = (key: SigningKey) => key.state === 'retired' && now - key.since > keepRetired * 1000
    if (listed.some(isOver)) await store.deleteRetired(keepRetired)

    const kept = listed.filter((key) => algorithms.has(key.algorithm) && !isOver(key)).sort(byState)
    const pairs = await Promise.all(kept.map(open))
    for (const kid of opened.keys()) if (!kept.some((key) => key.kid === kid)) opened.delete(kid)
    const signing = ours(kept, 'current')!.kid
    view = { readAt, current: pairs.find(({ kid }) => kid === signing)!, set: publicKeySet(pairs) }
    return view
  }

  /** The store's keys, once there are a current and a next one. Of many nodes that begin at once, each key has one maker. */
  async function complete(): Promise<readonly SigningKey[]> {
    for (let attempt = 0; attempt < tries; attempt++) {
      const keys = await store.list()
      const missing = (['current', 'next'] as const).find((state) => !ours(keys, state))
      if (!missing) return keys
      // `taken` means that another node was faster; the list has its key.
      await make(missing)
    }
    throw new Error('store.keys: create answers taken, but list does not contain the key')
  }

  async function make(state: 'current' | 'next'): Promise<void> {
    const [pair, now] = [await makeKeyPair(algorithm), await storeNow()]
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

  async function open(key: SigningKey): Promise<KeyPair> {
    const known = opened.get(key.kid)
    if (known) return known
    const pair = keyPairOf(seal.unseal(key.sealedPrivateKey, key.kid), key.algorithm as SignatureAlgorithm)
    opened.set(key.kid, pair)
    return pair
  }

  function ours(keys: readonly SigningKey[], state: SigningKey['state']): SigningKey | undefined {
    return keys.find((key) => key.algorithm === algorithm && key.state === state)
  }
}

function byState(one: SigningKey, other: SigningKey): number {
  const order = { current: 0, next: 1, retired: 2 }
  return order[one.state] - order[other.state]
}

function tooEarly(published: number): AnswerError {
  return new AnswerError(
    'invalid_request',
    `the next key has been published for ${published} seconds: expected at least ${publishedBeforeUse}, so that every ` +
      'guard knows it before it signs; with force: true, guards may refuse its tokens until they read the keys again',
  )
}
