import { deepEqual, equal, notEqual, ok, rejects } from 'node:assert/strict'
import { casesOf } from './case.js'
import { bytes, hostileBytes, hostileTexts, owner, session, sessionId } from './samples.js'

const text = hostileTexts.join('|')

/** Sessions come back as they went in. */
export const records = casesOf('sessions', {
  async 'a session with something in every field comes back as it went in'(store, other) {
    const full = session({
      tenant: `tenant ${text}`,
      subject: `${owner().subject} ${text}`,
      clientId: text,
      kind: 'sliding',
      transport: 'body',
      remember: true,
      scope: `orders ${text}`,
      claims: { [text]: text, nested: { list: [1, -1.5, true, false, null, '', [], {}], 'a.b': { $set: 1 } } },
      amr: ['pwd', text, ''],
      acr: text,
      device: { id: text, name: text, class: 'phone' },
      address: '2001:db8::1',
      userAgent: text,
      binding: { type: 'dpop', jkt: text },
      salt: hostileBytes,
      nonce: hostileBytes,
      generation: 0xffffffff,
      superseded: [0xfffffffe, 2, 1, 0].map((generation) => ({ generation, nonce: hostileBytes.slice(8), at: 1 })),
      authTime: 1,
      idleTimeout: 1,
      ended: { reason: 'refresh_token_reused', at: Date.now() },
    })
    await store.sessions.create(full)

    deepEqual((await store.sessions.find(full.id)).session, full)
    deepEqual((await other.sessions.find(full.id)).session, full)
  },

  async 'a session with as little as there may be comes back as it went in'(store) {
    const bare = session({
      kind: 'fixed',
      scope: '',
      salt: new Uint8Array(16),
      nonce: new Uint8Array(16),
      acr: '',
      userAgent: '',
    })
    await store.sessions.create(bare)

    deepEqual((await store.sessions.find(bare.id)).session, bare)
  },

  async 'any name and any value may stand in claims'(store) {
    const claims = JSON.parse('{"__proto__":{"admin":true},"constructor":"x","":"","$ne":null,"a\\u0000b":"\\u0000"}')
    const kept = session({ claims })
    await store.sessions.create(kept)

    const found = (await store.sessions.find(kept.id)).session

    deepEqual(Object.entries(found!.claims), Object.entries(claims))
    equal((found!.claims as { admin?: unknown }).admin, undefined)
  },

  async 'each of 256 values of a byte comes back'(store) {
    const all = Array.from({ length: 16 }, (_, row) =>
      session({ nonce: Uint8Array.from({ length: 16 }, (_, column) => row * 16 + column) }),
    )
    await Promise.all(all.map((one) => store.sessions.create(one)))

    for (const one of all) deepEqual((await store.sessions.find(one.id)).session?.nonce, one.nonce)
  },

  async 'ids are told apart by every character'(store) {
    const prefix = sessionId()
    const all = hostileTexts.map((text) => session({ id: prefix + text, userAgent: text }))
    for (const one of all) await store.sessions.create(one)

    for (const one of all) deepEqual((await store.sessions.find(one.id)).session, one)
  },

  async 'an unknown id is null, whatever it spells'(store) {
    await store.sessions.create(session())

    for (const text of hostileTexts) {
      equal((await store.sessions.find(text)).session, null)
      equal((await store.sessions.find(sessionId() + text)).session, null)
      equal(await store.sessions.revoke(text, 'signed_out', 300), null)
      equal(await store.sessions.touch(text, { generation: 0, nonce: bytes(16) }, Date.now()), 'lost')
    }
  },

  async 'a second session of the same id is an error, and the first stays'(store, other) {
    const first = session()
    await store.sessions.create(first)

    await rejects(store.sessions.create(session({ id: first.id })), Error)
    await rejects(other.sessions.create(first), Error)

    deepEqual((await store.sessions.find(first.id)).session, first)
  },

  async 'of sessions of one id that begin at once one is kept, whatever their ordinals'(store, other) {
    const { id } = session()
    const at = owner()
    const sessions = Array.from({ length: 10 }, (_, number) => session({ id, ...at, userAgent: `twin ${number}` }))

    const outcomes = await Promise.allSettled(
      sessions.map((twin, number) =>
        (number % 2 ? store : other).sessions.create(twin, number % 3 ? undefined : number + 1),
      ),
    )

    const created = outcomes.map((outcome) => outcome.status === 'fulfilled' && outcome.value === 'created')
    const kept = sessions.filter((_, number) => created[number])
    equal(kept.length, 1)
    deepEqual((await store.sessions.find(id)).session, kept[0])
    deepEqual(await other.sessions.listBySubject(at), kept)
  },

  async 'an error takes no other request with it'(store) {
    const first = session()
    await store.sessions.create(first)
    const others = Array.from({ length: 10 }, () => session())

    const outcomes = await Promise.allSettled([first, ...others, first].map((one) => store.sessions.create(one)))

    deepEqual(
      outcomes.map((outcome) => outcome.status),
      ['rejected', ...others.map(() => 'fulfilled'), 'rejected'],
    )
    for (const one of others) deepEqual((await store.sessions.find(one.id)).session, one)
  },

  async 'what the caller does to an object that it gave or got does not reach the store'(store) {
    const given = session({ claims: { role: 'reader' }, amr: ['pwd'], nonce: bytes(16) })
    const kept = structuredClone(given)
    await store.sessions.create(given)
    mutate(given)
    const { session: got } = await store.sessions.find(kept.id)
    deepEqual(got, kept)
    mutate(got)

    deepEqual((await store.sessions.find(kept.id)).session, kept)
    mutate((await store.sessions.listBySubject(kept))[0])
    deepEqual((await store.sessions.find(kept.id)).session, kept)
  },

  async 'find answers with the clock of the moment of reading'(store) {
    const before = await store.now()
    const { now } = await store.sessions.find(sessionId())
    const after = await store.now()

    ok(Number.isSafeInteger(now))
    ok(before <= now && now <= after, `${before} <= ${now} <= ${after}`)
  },
})

function mutate(found: unknown): void {
  notEqual(found, undefined)
  const one = found as { claims: Record<string, unknown>; amr: string[]; nonce: Uint8Array; salt: Uint8Array }
  one.claims.role = 'admin'
  one.amr.push('mfa')
  one.nonce.fill(0)
  one.salt.fill(0)
  Object.assign(one, { subject: 'somebody else', generation: 7 })
}
