import { describe, expect, it } from 'vitest'
import { tokenAnswerFromWire, tokenAnswerToWire } from '../src/endpoints.js'

const answer = {
  accessToken: 'header.payload.signature',
  tokenType: 'Bearer',
  expiresIn: 300,
  refreshToken: 'opaque',
  refreshExpiresIn: 1209600,
  session: { id: 'sid', generation: 2, createdAt: 1, expiresAt: 2 },
  user: { name: 'Ann' },
} as const

describe('a token answer', () => {
  it('reads back from the wire as it was written, with and without a refresh token', () => {
    const { refreshToken, ...cookie } = answer

    expect(tokenAnswerFromWire(JSON.parse(JSON.stringify(tokenAnswerToWire(answer))))).toEqual(answer)
    expect(tokenAnswerFromWire(JSON.parse(JSON.stringify(tokenAnswerToWire(cookie))))).toEqual(cookie)
    expect(tokenAnswerToWire(cookie)).not.toHaveProperty('refresh_token')
  })

  it('speaks the words of RFC 6749 section 5.1', () => {
    expect(Object.keys(tokenAnswerToWire(answer))).toEqual([
      'access_token',
      'token_type',
      'expires_in',
      'refresh_token',
      'refresh_expires_in',
      'session',
      'user',
    ])
  })

  it('is nothing where a portal or a proxy has answered in its place, or a value cannot be right', () => {
    const wire = tokenAnswerToWire(answer)
    const strange = [
      null,
      'Welcome to the hotel',
      [],
      {},
      { ...wire, session: undefined },
      { ...wire, expires_in: '300' },
      { ...wire, expires_in: -1 },
      { ...wire, access_token: '' },
      { ...wire, access_token: 'a\nb' },
      { ...wire, session: { ...wire.session, id: '' } },
      { ...wire, user: 'ann' },
    ]

    for (const json of strange) expect(tokenAnswerFromWire(json)).toBeUndefined()
  })
})
