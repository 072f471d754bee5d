import type { KeyRing } from '../keys/key-ring.js'
import { checkRotate } from './check-input.js'

/** The public keys and their rotation as typed calls. */
export function createKeyCalls(ring: KeyRing): Pick<KeyRing, 'jwks' | 'rotate'> {
  return {
    jwks: ring.jwks,
    async rotate(options) {
      checkRotate(options)
      return ring.rotate(options)
    },
  }
}
