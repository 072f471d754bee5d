import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { AnswerError } from '../src/answer-error.js'
import { readMacKeys } from '../src/keys/mac-keys.js'
import { formatRefreshToken, parseRefreshToken } from '../src/session/refresh-token.js'
import { testServer } from './harness/auth-server.js'
import { drivers } from './harness/drivers.js'
import { Holder } from './harness/holder.js'
import { randomSecret, testSecrets } from './harness/secrets.js'

/** A token of the session with some bytes changed. */
function changed(token: string, at: number, byte: (old: number) => number): string {
  const bytes = Buffer.from(token, 'base64url')
  bytes[at] = byte(bytes[at]!)
  return bytes.toString('base64url')
}

describe.each(drivers)('what the session service refuses on $name, changing nothing', (driver) => {
  it('a token with any one bit of it flipped', async () => {
    const { auth, stored } = testServer({}, driver)
    const client = await Holder.start(auth)
    await client.refresh()
    const before = await stored.store.sessions.find(client.sid)

    const outcomes = new Set<string>()
    // The key id (byte 1) has its own test below.
    for (const at of [0, ...Array.from({ length: 76 }, (_, index) => index + 2)]) {
      outcomes.add(await client.outcome(changed(client.token, at, (old) => old ^ (1 << (at % 8)))))
    }

    expect(outcomes).toEqual(new Set(['refresh_token_invalid']))
    expect((await stored.store.sessions.find(client.sid)).session).toEqual(before.session)
    expect(await client.outcome()).toBe('granted')
  })

  it.each([
    ['cut short', (token: string) => token.slice(0, -1)],
    ['made longer', (token: string) => `${token}A`],
    ['padded', (token: string) => `${token}==`],
    ['spelled in the other alphabet', (token: string) => `${token.slice(0, -2)}+/`],
    ['with a space', (token: string) => ` ${token.slice(1)}`],
    ['with a NUL', (token: string) => `\0${token.slice(1)}`],
    ['empty', () => ''],
    ['of zeros', () => Buffer.alloc(78).toString('base64url')],
  ])('a token %s', async (_, spoil) => {
    const { auth } = testServer({}, driver)
    const client = await Holder.start(auth)

    expect(await client.outcome(spoil(client.token))).toBe('refresh_token_invalid')
    expect(await client.outcome()).toBe('granted')
  })

  it('a token that was forged with the MAC key but without the salt of the store', async () => {
    const secrets = testSecrets()
    const { auth, stored } = testServer({ secrets }, driver)
    const client = await Holder.start(auth)
    const { minting } = readMacKeys(secrets.refresh)
    const { session } = await stored.store.sessions.find(client.sid)
    const parts = { keyId: minting.id, sid: client.sid, generation: 1, nonce: randomBytes(16) }

    const forged = formatRefreshToken({ ...parts, parent: session!.nonce.slice(0, 8) }, minting.key, randomBytes(16))

    expect(await client.outcome(forged)).toBe('refresh_token_invalid')
  })

  it('the token of another session with this session’s id', async () => {
    const { auth } = testServer({}, driver)
    const [one, other] = [await Holder.start(auth), await Holder.start(auth, { subject: 'bob' })]
    const bytes = Buffer.from(one.token, 'base64url')
    Buffer.from(other.token, 'base64url').copy(bytes, 2, 2, 18)

    expect(await one.outcome(bytes.toString('base64url'))).toBe('refresh_token_invalid')
    expect([await one.outcome(), await other.outcome()]).toEqual(['granted', 'granted'])
  })

  it('a token whose key this node does not know, with 503 and not a sign-out', async () => {
    const { auth, stored } = testServer({}, driver)
    const client = await Holder.start(auth)
    const before = await stored.store.sessions.find(client.sid)

    const refusal = await auth.sessions
      .refresh({ token: changed(client.token, 1, () => 9), transport: 'body' })
      .catch((e) => e)

    expect(refusal).toMatchObject({ code: 'service_unavailable', headers: { 'Retry-After': '5' } })
    expect((await stored.store.sessions.find(client.sid)).session).toEqual(before.session)
    expect(await client.outcome()).toBe('granted')
  })

  it('a token of a retired key, as expired', async () => {
    const secret = randomSecret()
    const first = testServer({ secrets: { ...testSecrets(), refresh: [{ id: 1, secret, state: 'minting' }] } }, driver)
    const client = await Holder.start(first.auth)
    const refresh = [
      { id: 1, secret, state: 'retired' as const },
      { id: 2, secret: randomSecret(), state: 'minting' as const },
    ]
    const { auth } = testServer({ store: first.stored.store, secrets: { ...testSecrets(), refresh } })

    const refusal = await auth.sessions.refresh({ token: client.token, transport: 'body' }).catch((error) => error)

    expect(refusal.code).toBe('refresh_token_expired')
  })

  it('nothing while keys are exchanged: a listed key verifies, and the minting one mints', async () => {
    const [seal, old, young] = [randomSecret(), randomSecret(), randomSecret()]
    const step = (oldState: 'minting' | 'listed', youngState: 'minting' | 'listed') => ({
      seal,
      refresh: [
        { id: 1, secret: old, state: oldState },
        { id: 2, secret: young, state: youngState },
      ],
    })
    const first = testServer({ secrets: step('minting', 'listed') }, driver)
    const second = testServer({ secrets: step('listed', 'minting'), store: first.stored.store })
    const client = await Holder.start(first.auth)
    expect(parseRefreshToken(client.token)!.keyId).toBe(1)

    const { refreshToken } = await second.auth.sessions.refresh({ token: client.token, transport: 'body' })
    expect(parseRefreshToken(refreshToken!)!.keyId).toBe(2)

    // The node that has not been restarted yet knows the young key already.
    const back = await first.auth.sessions.refresh({ token: refreshToken!, transport: 'body' })
    expect(parseRefreshToken(back.refreshToken!)!.keyId).toBe(1)
  })

  it('a token by another transport than the one its session began with', async () => {
    const { auth } = testServer({}, driver)
    const client = await Holder.start(auth)

    const refusal: AnswerError = await auth.sessions
      .refresh({ token: client.token, transport: 'cookie' })
      .catch((e) => e)

    expect(refusal.code).toBe('invalid_request')
    expect(await client.outcome()).toBe('granted')
  })

  it('a token of another client, revoking nothing (RFC 6749 section 6)', async () => {
    const { auth } = testServer({}, driver)
    const client = await Holder.start(auth, { clientId: 'app' })
    const ask = (clientId: string) => auth.sessions.refresh({ token: client.token, transport: 'body', clientId })

    const refusal: AnswerError = await ask('other').then(
      () => expect.unreachable(),
      (error) => error,
    )

    expect(refusal.code).toBe('refresh_token_invalid')
    expect((await ask('app')).session.generation).toBe(1)
  })

  it('a request that names another session', async () => {
    const { auth } = testServer({}, driver)
    const [one, other] = [await Holder.start(auth), await Holder.start(auth)]

    const refusal: AnswerError = await auth.sessions
      .refresh({ token: one.token, transport: 'body', sid: other.sid })
      .then(
        () => expect.unreachable(),
        (error) => error,
      )

    expect(refusal.code).toBe('session_changed')
    expect([await one.outcome(), await other.outcome()]).toEqual(['granted', 'granted'])
  })

  it('a token without the proof that its session needs, which is counted once', async () => {
    const { auth, stored } = testServer({}, driver)
    stored.before = (verb, args) => {
      if (verb === 'sessions.create') Object.assign(args[0] as object, { binding: { type: 'dpop', jkt: 'a key' } })
    }
    const client = await Holder.start(auth)

    expect(await client.outcome()).toBe('invalid_dpop_proof')
    expect(auth.figures()).toMatchObject({ refresh_unproven: 1 })
  })

  it('a session for nobody, for a client whose name no cookie can have, with claims of ours', async () => {
    const { auth } = testServer({}, driver)

    for (const [input, name] of [
      [{ subject: '' }, /`subject/],
      [{ subject: { $ne: '' } }, /`subject/],
      [{ subject: 'ann', tenant: ['a'] }, /`tenant/],
      [{ subject: 'ann', clientId: 'a; Domain=example.com' }, /^clientId/],
      [{ subject: 'ann', transport: 'query' }, /`transport/],
      [{ subject: 'ann', claims: { sub: 'bob' } }, /`claims/],
      [{ subject: 'ann', claims: { exp: 9e9 } }, /`claims/],
    ] as const) {
      await expect(auth.sessions.start(input as never)).rejects.toThrow(name)
    }
    await expect(auth.sessions.start({ subject: 'nobody' })).rejects.toMatchObject({ code: 'account_disabled' })
    expect(auth.figures()).toEqual({ live_streams: 0, clock_offset_seconds: expect.any(Number) })
  })
})
