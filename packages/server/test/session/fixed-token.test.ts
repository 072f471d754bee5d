import { describe, expect, test } from 'vitest'
import { decideFixed } from '../../src/session/fixed-token.js'
import type { Evidence, RotationRecord } from '../../src/session/rotation.js'

const nonce = new Uint8Array(16).fill(7)
const record: RotationRecord = { generation: 0, nonce, superseded: [], binding: null }
const token = { generation: 0, nonce, parent: new Uint8Array(8) }
const nothing: Evidence = { proof: 'absent', recovery: false }

describe('decideFixed', () => {
  test('grants the token of the sign-in, and asks for no write', () => {
    expect(decideFixed(record, token, nothing)).toEqual({ outcome: 'grant', event: null })
  })

  test.each([
    ['another nonce', { ...token, nonce: new Uint8Array(16) }],
    ['a later generation', { ...token, generation: 1 }],
    ['what a rotation would have made of it', { generation: 1, nonce: new Uint8Array(16), parent: nonce.slice(8) }],
  ])('refuses %s and ends nothing, also while a restored store recovers', (_, other) => {
    expect(decideFixed(record, other, { ...nothing, recovery: true })).toEqual({
      outcome: 'refuse',
      event: 'store_regressed',
    })
  })

  test('asks a bound session for a proof by its key', () => {
    const bound: RotationRecord = { ...record, binding: { type: 'dpop', jkt: 'a thumbprint' } }

    expect(decideFixed(bound, token, nothing)).toEqual({ outcome: 'unproven', event: 'refresh_unproven' })
    expect(decideFixed(bound, token, { ...nothing, proof: 'replayed' })).toMatchObject({ event: 'proof_replayed' })
    expect(decideFixed(bound, token, { ...nothing, proof: 'valid' })).toMatchObject({ outcome: 'grant' })
  })
})
