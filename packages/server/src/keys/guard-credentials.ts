import { createHash, timingSafeEqual } from 'node:crypto'
import { requireStrongSecret } from './strong-secret.js'

/** Returns a function that checks for a guard's credential in constant time, by comparing digests. */
export function readGuardCredentials(guards: readonly string[] = []): (presented: string) => boolean {
  if (!Array.isArray(guards)) throw new TypeError('secrets.guards must be a list of strings')
  const digests = guards.map((credential: string, index) => {
    if (typeof credential !== 'string' || !/^[\x21-\x7e]+$/.test(credential)) {
      throw new TypeError(
        `secrets.guards[${index}] must be a string of visible ASCII characters: it is sent in a header`,
      )
    }
    requireStrongSecret(credential, `secrets.guards[${index}]`)
    return digest(credential)
  })
  return (presented) => {
    const wanted = digest(presented)
    return digests.reduce((found, candidate) => timingSafeEqual(candidate, wanted) || found, false)
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
