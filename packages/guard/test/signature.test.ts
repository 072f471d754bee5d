import { expect, test } from 'vitest'
import { isEs256Signature } from '../src/signature.js'
import { makeKey, rawSignature } from './issuer.js'

const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

function scalars(...values: bigint[]): Uint8Array {
  return Buffer.from(values.map((value) => value.toString(16).padStart(64, '0')).join(''), 'hex')
}

test.each([
  ['the smallest', scalars(1n, 1n), true],
  ['the largest', scalars(order - 1n, order - 1n), true],
  ['r = 0', scalars(0n, 1n), false],
  ['s = 0', scalars(1n, 0n), false],
  ['r = n', scalars(order, 1n), false],
  ['s = n', scalars(1n, order), false],
  ['r more than n', scalars((1n << 256n) - 1n, 1n), false],
  ['no byte', new Uint8Array(), false],
  ['one half', scalars(1n), false],
  ['a byte less', scalars(1n, 1n << 200n).subarray(0, 63), false],
  ['a byte more', Buffer.concat([scalars(1n, 1n), Buffer.from([1])]), false],
])('of an ES256 signature with %s', (_title, signature, possible) => {
  expect(isEs256Signature(signature)).toBe(possible)
})

test('every valid signature is accepted', () => {
  const key = makeKey('ES256', 'key')
  for (let round = 0; round < 200; round++) expect(isEs256Signature(rawSignature(key, String(round)))).toBe(true)
})
