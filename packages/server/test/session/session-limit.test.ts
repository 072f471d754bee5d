import { describe, expect, test } from 'vitest'
import { decideAdmission, type SessionPolicy } from '../../src/session/session-limit.js'

describe('decideAdmission', () => {
  type Candidate = Parameters<typeof decideAdmission>[1]
  const one: SessionPolicy = { maxSessions: 1, per: 'subject', onExceed: 'replace' }
  const session = (id: string, given: Partial<Candidate> = {}): Candidate => {
    return { id, clientId: 'web', device: null, userAgent: null, createdAt: 0, ...given }
  }
  const of = (kind: NonNullable<Candidate['device']>['class']) => ({ device: { class: kind } })
  const next = session('next', { createdAt: 100 })

  test('admits the first session of an account', () => {
    expect(decideAdmission(one, next, [], [])).toEqual({ outcome: 'admit', own: [], replaced: [] })
  })

  test('replaces the oldest beyond the maximum, in whatever order they come', () => {
    const active = [session('b', { createdAt: 2 }), session('c', { createdAt: 3 }), session('a', { createdAt: 1 })]

    expect(decideAdmission({ ...one, maxSessions: 4 }, next, active, [])).toMatchObject({ replaced: [] })
    expect(decideAdmission({ ...one, maxSessions: 3 }, next, active, [])).toMatchObject({ replaced: ['a'] })
    expect(decideAdmission({ ...one, maxSessions: 1 }, next, active, [])).toMatchObject({ replaced: ['c', 'b', 'a'] })
  })

  test('replaces the same ones on every node where two began in one millisecond', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((id) => session(id))

    for (const active of [
      [a!, b!, c!],
      [c!, a!, b!],
      [b!, c!, a!],
    ]) {
      expect(decideAdmission({ ...one, maxSessions: 2 }, next, active, [])).toMatchObject({ replaced: ['b', 'a'] })
    }
  })

  test('keeps a later session and replaces an earlier one where a slow sign-in comes last', () => {
    const active = [session('later', { createdAt: 200 }), session('earlier')]

    expect(decideAdmission({ ...one, maxSessions: 2 }, next, active, [])).toMatchObject({ replaced: ['earlier'] })
  })

  test('refuses beyond the maximum where it is to, and changes nothing', () => {
    const refusing = { ...one, maxSessions: 2, onExceed: 'refuse' } as const
    const active = [session('a'), session('b')]

    expect(decideAdmission(refusing, next, active, [])).toEqual({ outcome: 'refuse' })
    expect(decideAdmission(refusing, next, active.slice(1), [])).toMatchObject({ outcome: 'admit', replaced: [] })
  })

  test('counts the clients of an account together', () => {
    const active = [session('app', { clientId: 'app' })]

    expect(decideAdmission(one, next, active, [])).toMatchObject({ replaced: ['app'] })
  })

  test('counts each device class by itself where it is to; what states none is `other`', () => {
    const perClass = { ...one, per: 'device class' } as const
    const active = [session('phone', of('phone')), session('desktop', of('desktop')), session('none')]

    expect(decideAdmission(perClass, session('next', of('phone')), active, [])).toMatchObject({ replaced: ['phone'] })
    expect(decideAdmission(perClass, session('next', of('other')), active, [])).toMatchObject({ replaced: ['none'] })
    expect(decideAdmission(perClass, session('next', of('tablet')), active, [])).toMatchObject({ replaced: [] })
    expect(decideAdmission(one, session('next', of('tablet')), active, [])).toMatchObject({
      replaced: ['phone', 'none', 'desktop'],
    })
  })

  test('takes the class of a browser that states none from its user agent', () => {
    const perClass = { ...one, per: 'device class' } as const
    const from = (id: string, userAgent: string) => session(id, { userAgent })
    const active = [from('phone', 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0)'), session('desktop', of('desktop'))]

    expect(decideAdmission(perClass, from('next', 'Mozilla/5.0 (X11; Linux x86_64)'), active, [])).toMatchObject({
      replaced: ['desktop'],
    })
    expect(decideAdmission(perClass, session('next', of('phone')), active, [])).toMatchObject({ replaced: ['phone'] })
  })

  test.each(['subject', 'device class'] as const)('counts scripts apart from people per %s', (per) => {
    const policy = { ...one, per }
    const active = [session('desktop'), session('script', of('service'))]

    expect(decideAdmission(policy, session('next', of('service')), active, [])).toMatchObject({ replaced: ['script'] })
    expect(decideAdmission(policy, next, active, [])).toMatchObject({ replaced: ['desktop'] })
  })

  test('neither counts nor replaces as a stranger what is of the same browser', () => {
    const active = [session('mine'), session('theirs')]
    const refusing = { ...one, maxSessions: 2, onExceed: 'refuse' } as const

    const expected = { outcome: 'admit', own: ['mine'], replaced: [] }
    expect(decideAdmission(refusing, next, active, ['mine', 'of somebody else'])).toEqual(expected)
    expect(decideAdmission({ ...refusing, maxSessions: 1 }, next, active, ['mine'])).toEqual({ outcome: 'refuse' })
  })

  test('treats a session with the same device id on the same client as that of the device', () => {
    const with7 = (id: string, more = {}) => session(id, { device: { id: '7' }, ...more })
    const active = [with7('mine'), with7('of another app', { clientId: 'app' }), session('nameless')]
    const policy = { ...one, maxSessions: 3 }

    expect(decideAdmission(policy, with7('next'), active, [])).toEqual({
      outcome: 'admit',
      own: ['mine'],
      replaced: [],
    })
    expect(decideAdmission(policy, next, active, [])).toMatchObject({ own: [] })
    const empty = { device: { id: '' } }
    expect(decideAdmission(policy, session('next', empty), [session('a', empty)], [])).toMatchObject({ own: [] })
  })
})
