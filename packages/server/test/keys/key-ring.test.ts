import { createPublicKey, sign, verify } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createKeyPair } from '../../src/keys/key-pair.js'
import { createKeyRing, type KeyRing, type KeyRingOptions } from '../../src/keys/key-ring.js'
import { createSeal } from '../../src/keys/sealed-key.js'
import { memoryStore } from '../../src/store/memory/index.js'
import { type KeyStore, StoreUnavailableError } from '../../src/store/store.js'

const seal = 'Zm9yIHRlc3RzIG9ubHk6IGEgc2VjcmV0IG9mIDQ4IGJ5dGVz'
const minute = 60

/** One store and one clock for all nodes; every node has a ring of its own. */
function setUp() {
  const clock = { now: 1_700_000_000_000 }
  const store = memoryStore({ now: () => clock.now })
  const outage = { down: false }
  const figures = { lists: 0 }
  const keys: KeyStore = {
    ...store.keys,
    async list() {
      figures.lists++
      if (outage.down) throw new StoreUnavailableError('unavailable')
      return store.keys.list()
    },
  }
  const node = (options: Partial<KeyRingOptions> = {}): KeyRing =>
    createKeyRing(keys, store.now, { seal, accessTokenLifetime: 300, clock: () => clock.now, ...options })
  const pass = (seconds: number) => {
    clock.now += seconds * 1000
  }
  return { clock, store, outage, figures, node, pass }
}

const kidsOf = async (ring: KeyRing) => (await ring.jwks()).keys.map(({ kid }) => kid)
const signs = async (ring: KeyRing) => (await ring.current()).kid

describe('the first start', () => {
  it('makes a key that signs and one that is published for later, and the store sees neither private half', async () => {
    const { store, node } = setUp()
    const ring = node()
    const current = await ring.current()
    const stored = await store.keys.list()
    expect(stored.map(({ state }) => state).sort()).toEqual(['current', 'next'])
    expect(await kidsOf(ring)).toEqual([current.kid, stored.find(({ state }) => state === 'next')!.kid])
    const scalar = current.privateKey.export({ format: 'jwk' }).d!
    for (const key of stored) {
      expect(key.publicKey).not.toContain('"d"')
      expect(Buffer.from(key.sealedPrivateKey).includes(Buffer.from(scalar, 'base64url'))).toBe(false)
    }
  })

  it('of many nodes at once ends with one ring for all', async () => {
    const { store, node } = setUp()
    const nodes = Array.from({ length: 20 }, () => node())
    const kids = await Promise.all(nodes.map(signs))
    expect(new Set(kids).size).toBe(1)
    const sets = await Promise.all(nodes.map(kidsOf))
    expect(new Set(sets.map((set) => set.join())).size).toBe(1)
    expect(await store.keys.list()).toHaveLength(2)
  })

  it('of two nodes that both found nothing still makes each key once', async () => {
    const { store } = setUp()
    // Both are held until both have looked, so that both go on to make a key.
    let looked = 0
    let goOn!: () => void
    const both = new Promise<void>((resolve) => {
      goOn = resolve
    })
    const outcomes: string[] = []
    const keys: KeyStore = {
      ...store.keys,
      async list() {
        const listed = await store.keys.list()
        if (++looked === 2) goOn()
        await both
        return listed
      },
      async create(key) {
        const outcome = await store.keys.create(key)
        outcomes.push(`${key.state} ${outcome}`)
        return outcome
      },
    }
    const options = { seal, accessTokenLifetime: 300 }
    const [one, other] = [createKeyRing(keys, store.now, options), createKeyRing(keys, store.now, options)]
    const [signedByOne, signedByOther] = await Promise.all([signs(one), signs(other)])
    expect(signedByOne).toBe(signedByOther)
    expect(outcomes).toContain('current taken')
    expect(outcomes.filter((outcome) => outcome.endsWith('created')).sort()).toEqual([
      'current created',
      'next created',
    ])
  })

  it('finds the ring of the start before', async () => {
    const { node } = setUp()
    expect(await signs(node())).toBe(await signs(node()))
  })
})

describe('a rotation', () => {
  it('is refused until every guard can have seen the next key, and says how long that takes', async () => {
    const { node, pass } = setUp()
    const ring = node()
    const before = await signs(ring)
    pass(11 * minute - 1)
    const refusal = ring.rotate()
    await expect(refusal).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(refusal).rejects.toThrow('published for 659 seconds: expected at least 660')
    expect(await signs(ring)).toBe(before)
    pass(1)
    expect(await ring.rotate()).toBe('rotated')
    expect(await signs(ring)).not.toBe(before)
  })

  it('can be forced', async () => {
    const { node } = setUp()
    const ring = node()
    const [current, next] = await kidsOf(ring)
    expect(await ring.rotate({ force: true })).toBe('rotated')
    expect(await signs(ring)).toBe(next)
    expect(await kidsOf(ring)).toContain(current)
  })

  it('keeps to its timeline, on every node', async () => {
    const { node, pass } = setUp()
    const [one, other] = [node(), node()]
    const [a, b] = (await kidsOf(one)) as [string, string]
    expect(await kidsOf(other)).toEqual([a, b])

    // The next key has been published long enough: it signs, the old one stays published, a new next one appears.
    pass(11 * minute)
    await one.rotate()
    const [, c, retired] = (await kidsOf(one)) as [string, string, string]
    expect(await signs(one)).toBe(b)
    expect(retired).toBe(a)
    expect([a, b]).not.toContain(c)

    // The other node sees it within a minute, and until then signs with a key that is still published.
    pass(59)
    expect(await kidsOf(one)).toContain(await signs(other))
    pass(1)
    expect(await signs(other)).toBe(b)
    expect(await kidsOf(other)).toEqual([b, c, a])

    // The new next key is as young as any.
    await expect(other.rotate()).rejects.toThrow('published for 60 seconds')

    // The retired key goes when the last token that any node signed with it has expired: 60 + 300 + 60 seconds.
    pass(5 * minute)
    expect(await kidsOf(one)).toEqual([b, c, a])
    pass(minute)
    expect(await kidsOf(one)).toEqual([b, c, a])
    pass(minute)
    expect(await kidsOf(one)).toEqual([b, c])
    expect(await kidsOf(other)).toEqual([b, c])
  })

  it('is won by one of two nodes', async () => {
    const { node, pass } = setUp()
    const [one, other] = [node(), node()]
    const [, next] = await kidsOf(one)
    await kidsOf(other)
    pass(11 * minute)
    const outcomes = await Promise.allSettled([one.rotate(), other.rotate()])
    const values = outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : 'refused'))
    expect(values.filter((value) => value === 'rotated')).toHaveLength(1)
    expect([await signs(one), await signs(other)]).toEqual([next, next])
  })

  it('can be completed by any node if the one that rotated died before it created the next key', async () => {
    const { store, node, pass } = setUp()
    const [a, b] = (await kidsOf(node())) as [string, string]
    await store.keys.rotate({ current: a, next: b })
    pass(minute)
    const ring = node()
    expect(await signs(ring)).toBe(b)
    expect((await store.keys.list()).filter(({ state }) => state === 'next')).toHaveLength(1)
  })
})

describe('reading the ring', () => {
  it('costs one look in a minute, however often the key is used', async () => {
    const { node, figures, pass } = setUp()
    const ring = node()
    await ring.current()
    figures.lists = 0
    for (let second = 0; second < 25; second++) {
      pass(1)
      await Promise.all([ring.current(), ring.jwks()])
    }
    expect(figures.lists).toBe(0)
    pass(minute)
    await Promise.all(Array.from({ length: 100 }, () => ring.current()))
    expect(figures.lists).toBe(1)
  })

  it('happens in the background before it must be waited for', async () => {
    const { node, figures, pass, outage } = setUp()
    const ring = node()
    await ring.current()
    figures.lists = 0
    pass(30)
    outage.down = true
    await ring.current()
    expect(figures.lists).toBe(1)
    pass(29)
    await ring.current()
    pass(1)
    await expect(ring.current()).rejects.toThrow(StoreUnavailableError)
  })

  it('is needed for signing, but a published set outlives the store being unavailable', async () => {
    const { node, outage, pass } = setUp()
    const ring = node()
    const published = await ring.jwks()
    outage.down = true
    pass(10 * minute)
    await expect(ring.current()).rejects.toThrow(StoreUnavailableError)
    expect(await ring.jwks()).toEqual(published)
    await expect(node().jwks()).rejects.toThrow(StoreUnavailableError)
    outage.down = false
    expect((await ring.current()).kid).toBe(published.keys[0]!.kid)
  })

  it('happens again when the clock was set back, since nobody can tell how old the view is', async () => {
    const { node, figures, pass } = setUp()
    const ring = node()
    await ring.current()
    figures.lists = 0
    pass(-3600)
    await ring.current()
    expect(figures.lists).toBe(1)
  })
})

describe('the seal', () => {
  it('must be the one that sealed the ring: the error for another secret names its option', async () => {
    const { node } = setUp()
    await node().current()
    await expect(node({ seal: `${seal} but another` }).current()).rejects.toThrow(/^secrets\.seal cannot decrypt/)
    expect(() => node({ seal: 'short' })).toThrow('secrets.seal')
  })

  it('keeps out a key that somebody put into the store without knowing the secret', async () => {
    const { store, node } = setUp()
    await node().current()
    const foreign = await createKeyPair('ES256')
    await store.keys.create({
      kid: foreign.kid,
      algorithm: 'ES256',
      state: 'retired',
      publicKey: JSON.stringify(foreign.publicJwk),
      sealedPrivateKey: createSeal(`${seal} of the thief`).seal(foreign.privateKey, foreign.kid),
      createdAt: await store.now(),
      since: await store.now(),
    })
    await expect(node().jwks()).rejects.toThrow('secrets.seal')
  })

  it('makes a public half that was changed in the store count for nothing', async () => {
    const { store } = setUp()
    const foreign = await createKeyPair('ES256')
    const keys: KeyStore = {
      ...store.keys,
      list: async () =>
        (await store.keys.list()).map((key) => ({
          ...key,
          publicKey: JSON.stringify({ ...foreign.publicJwk, kid: key.kid }),
        })),
    }
    const ring = createKeyRing(keys, store.now, { seal, accessTokenLifetime: 300 })
    const { privateKey, publicJwk } = await ring.current()
    expect((await ring.jwks()).keys).toContainEqual(publicJwk)
    const data = Buffer.from('signed')
    const published = createPublicKey({ key: { ...publicJwk }, format: 'jwk' })
    expect(verify('sha256', data, published, sign('sha256', data, privateKey))).toBe(true)
  })
})

describe('a change of the algorithm', () => {
  it('begins a ring of its own and leaves the keys of the former one published', async () => {
    const { node } = setUp()
    const before = await kidsOf(node())
    const ring = node({ algorithm: 'EdDSA' })
    expect((await ring.current()).algorithm).toBe('EdDSA')
    const { keys } = await ring.jwks()
    expect(keys).toHaveLength(4)
    expect(keys.map(({ kid }) => kid)).toEqual(expect.arrayContaining(before))
    expect(new Set(keys.map(({ alg }) => alg))).toEqual(new Set(['ES256', 'EdDSA']))
  })
})
