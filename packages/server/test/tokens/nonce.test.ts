import { expect, it } from 'vitest'
import { randomNonce } from '../../src/tokens/nonce.js'

it('hands out 16 bytes that nobody else gets, beyond the end of a draw', () => {
  const nonces = Array.from({ length: 1000 }, randomNonce)

  expect(nonces.every((nonce) => nonce.length === 16)).toBe(true)
  expect(new Set(nonces.map((nonce) => Buffer.from(nonce).toString('hex'))).size).toBe(1000)
})

it('keeps nothing of a nonce that it has handed out', () => {
  const nonce = randomNonce()

  expect(nonce.buffer.byteLength).toBe(16)
})
