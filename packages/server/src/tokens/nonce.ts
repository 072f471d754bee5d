import { randomFillSync } from 'node:crypto'

const length = 16
const drawnAtOnce = 128

let pool = new Uint8Array(0)

/** 16 random bytes. They are drawn many at a time: asking the system for each costs more than sealing a token. */
export function randomNonce(): Uint8Array {
  if (pool.length < length) pool = randomFillSync(new Uint8Array(length * drawnAtOnce))
  const nonce = pool.slice(0, length)
  // What was handed out is not left lying in the pool.
  pool.fill(0, 0, length)
  pool = pool.subarray(length)
  return nonce
}
