import { sessionEndReasons } from '@sessionward/protocol'
import { expect, test } from 'vitest'
import { RevokedSessions } from '../../src/revocation/revoked-sessions.js'

const expires = 1_767_225_601

test.each(sessionEndReasons)('%s is returned as it was added, with an expiry at most 15 s later', (reason) => {
  const sessions = new RevokedSessions()
  sessions.add({ sid: 'one', reason, expires })
  const { reason: found, expires: kept } = sessions.get('one')!
  expect(found).toBe(reason)
  expect(kept - expires).toBeGreaterThanOrEqual(0)
  expect(kept - expires).toBeLessThan(16)
})

test('of a session that is revoked twice, the first reason and the latest expiry stay', () => {
  const sessions = new RevokedSessions()
  sessions.add({ sid: 'one', reason: 'session_replaced', expires })
  sessions.add({ sid: 'one', reason: 'signed_out', expires: expires + 100 })
  sessions.add({ sid: 'one', reason: 'signed_out', expires })
  expect(sessions.get('one')).toMatchObject({ reason: 'session_replaced' })
  expect(sessions.get('one')!.expires).toBeGreaterThanOrEqual(expires + 100)
  expect(sessions.size).toBe(1)
})

test.each([2 ** 52 - 1, 2 ** 52 + 1, Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER])(
  'an expiry of %i, which is far beyond any date, changes no reason',
  (far) => {
    for (const reason of sessionEndReasons) {
      const sessions = new RevokedSessions()
      sessions.add({ sid: 'new', reason, expires: far })
      sessions.add({ sid: 'known', reason, expires })
      sessions.add({ sid: 'known', reason: 'signed_out', expires: far })
      expect(sessions.get('new')).toEqual({ reason, expires: 2 ** 52 })
      expect(sessions.get('known')).toEqual({ reason, expires: 2 ** 52 })
    }
  },
)
