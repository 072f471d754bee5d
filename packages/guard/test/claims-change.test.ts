import type { RevocationEntry, RevocationMessage } from '@sessionward/protocol'
import { expect, test } from 'vitest'
import type { RevocationListener } from '../src/revocation/source.js'
import { goodClaims, makeGuard, makeKey, makeLogger, now, signToken } from './issuer.js'

const key = makeKey('ES256', 'key')
const changed = (pv: number): RevocationEntry => ({ sub: goodClaims.sub, pv, expires: now + 300 })

/** A guard, a principal of profile version 1, and what the auth server says to the guard. */
async function setUp() {
  let receive: RevocationListener = () => undefined
  let seconds = now
  const message = { version: 1, epoch: 'one' } as const
  const say = (entries: readonly RevocationEntry[], snapshot = false) => {
    const full: RevocationMessage = { ...message, watermark: seconds * 1000, snapshot, entries }
    receive(full)
  }
  const { logger, warnings } = makeLogger()
  const guard = makeGuard({
    keys: key.jwk,
    logger,
    now: () => seconds * 1000,
    feed: {
      subscribe(given) {
        receive = given
        say([], true)
        return () => undefined
      },
    },
  })
  const codes: string[] = []
  const pass = (more: number) => {
    seconds += more
  }
  return { guard, say, pass, codes, warnings, principal: await guard.verify(signToken(key, { pv: 1 })) }
}

test('a listener is called once when the profile has changed, however often that is said', async () => {
  const { guard, say, codes, principal } = await setUp()
  guard.onClaimsChange(principal, ({ code }) => codes.push(code))

  say([{ sub: 'another', pv: 9, expires: now + 300 }])
  say([changed(2)])
  say([changed(2), changed(3)])

  expect(codes).toEqual(['claims_changed'])
})

test('claims of the version of the change, or a later one, are not out of date', async () => {
  const { guard, say, codes, principal } = await setUp()
  guard.onClaimsChange(principal, ({ code }) => codes.push(code))

  say([changed(1)])
  say([changed(0)])

  expect(codes).toEqual([])
})

test('a change that came between the check and the listener is reported once the caller can unsubscribe', async () => {
  const { guard, say, codes, principal } = await setUp()
  say([changed(2)])

  guard.onClaimsChange(principal, ({ code }) => codes.push(code))
  guard.onClaimsChange(principal, () => codes.push('never'))()

  expect(codes).toEqual([])
  await Promise.resolve()
  expect(codes).toEqual(['claims_changed'])
})

test('a listener that throws is logged, and harms neither the feed nor other listeners', async () => {
  const { guard, say, codes, warnings, principal } = await setUp()
  guard.onClaimsChange(principal, () => {
    throw new Error('broken')
  })
  guard.onClaimsChange(principal, ({ code }) => codes.push(code))

  say([changed(2)])

  expect(codes).toEqual(['claims_changed'])
  expect(warnings).toEqual(['Sessionward guard: a listener of onClaimsChange threw: broken'])
})

test('without a feed no listener is called, and what is no principal is refused', () => {
  const guard = makeGuard({ keys: key.jwk })
  expect(() => guard.onClaimsChange({} as never, () => undefined)).toThrow('principal: must be one')
})
