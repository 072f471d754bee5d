import { describe, expect, it } from 'vitest'
import { readSlidingClaims, writeSlidingClaims } from '../../src/session/sliding-token.js'

const token = { generation: 7, nonce: new Uint8Array(16).fill(1), parent: new Uint8Array(8).fill(2) }

describe('the claims of a single token', () => {
  it('are short: its nonce is the jti, and one claim has its position', () => {
    expect(writeSlidingClaims(token)).toEqual({
      jti: 'AQEBAQEBAQEBAQEBAQEBAQ',
      rot: { gen: 7, par: 'AgICAgICAgI' },
    })
  })

  it.each([0, 7, 2 ** 32 - 1])('read back as they were written, at generation %d', (generation) => {
    expect(readSlidingClaims(writeSlidingClaims({ ...token, generation }))).toEqual({ ...token, generation })
  })

  it.each([
    ['a session of another kind', { rot: undefined }],
    ['a jti that is no nonce', { jti: '0b6c4c2e-5d0f-4a57-9d3e-6f1f5f0f6a11' }],
    ['a nonce that is too short', { jti: 'AQEBAQEBAQEBAQEBAQEB' }],
    ['another spelling of the same bytes', { jti: 'AQEBAQEBAQEBAQEBAQEBAR' }],
    ['a parent that is too short', { rot: { gen: 7, par: 'AgICAgICAg' } }],
    ['a generation beyond a u32', { rot: { gen: 2 ** 32, par: 'AgICAgICAgI' } }],
    ['a generation below 0', { rot: { gen: -1, par: 'AgICAgICAgI' } }],
    ['a fraction of a generation', { rot: { gen: 0.5, par: 'AgICAgICAgI' } }],
  ])('say nothing of %s', (_, wrong) => {
    expect(readSlidingClaims({ ...writeSlidingClaims(token), ...wrong })).toBeUndefined()
  })
})
