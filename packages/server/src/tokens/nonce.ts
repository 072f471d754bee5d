import { randomFillSync } from 'node:crypto'

const length = 16
const noncesPerFill = 128

let pool = new Uint8Array(0)

/** 16 random bytes, from a pool: a system call for each nonce would cost more than the MAC of a token. */
export function randomNonce(): Uint8Array {
  if (pool.length < length) pool = randomFillSync(new Uint8Array(length * noncesPerFill))
  const nonce = pool.slice(0, length)
  // The pool keeps no copy of a nonce in use.
  pool.fill(0, 0, length)
  pool = pool.subarray(length)
  return nonce
}
