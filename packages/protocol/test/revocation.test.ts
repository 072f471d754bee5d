import { describe, expect, it } from 'vitest'
import { formatCursor, parseCursor, parseRevocationMessage } from '../src/revocation.js'

const message = { version: 1, epoch: 'e1', watermark: 5, snapshot: false, entries: [] }

describe('a cursor', () => {
  it('reads back as it was written', () => {
    const cursor = { epoch: 'aB_9-', watermark: 1_795_248_269_123 }

    expect(parseCursor(formatCursor(cursor))).toEqual(cursor)
  })

  it('is nothing where the text is not one', () => {
    for (const text of [
      null,
      undefined,
      '',
      'e1',
      'e1.',
      '.5',
      'e1.-5',
      'e1.5.6',
      'e1.1e3',
      'e 1.5',
      `e1.${'9'.repeat(16)}`,
    ]) {
      expect([text, parseCursor(text)]).toEqual([text, undefined])
    }
  })
})

describe('a message of the feed', () => {
  it('is read with entries of both kinds, as JSON brings them', () => {
    const entries = [
      { sid: 's1', reason: 'signed_out', expires: 9 },
      { sub: 'ann', tenant: 't', pv: 3, expires: 9 },
      { sub: 'bob', pv: 1, expires: 9 },
    ]

    const read = parseRevocationMessage(JSON.parse(JSON.stringify({ ...message, entries })))

    expect(read).toEqual({ ...message, entries })
  })

  it('refuses rather than forgives: a reason of a later version ends the session all the same', () => {
    const entries = [{ sid: 's1', reason: 'something_new', expires: 9 }]

    expect(parseRevocationMessage({ ...message, entries }).entries).toEqual([
      { sid: 's1', reason: 'session_revoked', expires: 9 },
    ])
  })

  it('leaves out entries that it cannot use, and reads the others', () => {
    const useless = [
      null,
      5,
      'sid',
      {},
      { sid: 's' },
      { sid: 's', expires: '9' },
      { sub: 'ann', expires: 9 },
      { kind: 'new', expires: 9 },
    ]
    const entries = [...useless, { sid: 's1', reason: 'signed_out', expires: 9 }]

    expect(parseRevocationMessage({ ...message, entries }).entries).toHaveLength(1)
  })

  it('throws where it is no message of version 1', () => {
    const { epoch, ...nameless } = message
    for (const wrong of [
      null,
      'x',
      [],
      {},
      { ...message, version: 2 },
      nameless,
      { ...message, entries: {} },
      { ...message, watermark: 0.5 },
    ]) {
      expect(() => parseRevocationMessage(wrong)).toThrow(TypeError)
    }
  })
})
