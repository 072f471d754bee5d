import type { AccessTokenClaims } from '@sessionward/protocol'
import type { PresentedToken } from './rotation.js'

/** Lengths in bytes, as in a refresh token. */
const lengths = { nonce: 16, parent: 8 } as const
const lastGeneration = 2 ** 32 - 1

/**
 * The claims that make an access token the single token of a sliding session: `jti` is its nonce, and `rot` its generation and
 * parent. The token's signature takes the place of a refresh token's tag.
 */
export function writeSlidingClaims(token: PresentedToken): Required<Pick<AccessTokenClaims, 'jti' | 'rot'>> {
  return { jti: base64url(token.nonce), rot: { gen: token.generation, par: base64url(token.parent) } }
}

/**
 * Reads the claims of {@link writeSlidingClaims} from a token whose signature was verified.
 *
 * @returns undefined if the token belongs to a session of another kind.
 */
export function readSlidingClaims({ jti, rot }: Pick<AccessTokenClaims, 'jti' | 'rot'>): PresentedToken | undefined {
  const nonce = bytesOf(jti, lengths.nonce)
  const parent = bytesOf(rot?.par, lengths.parent)
  if (!rot || !nonce || !parent) return undefined
  const generation = rot.gen
  if (!Number.isInteger(generation) || generation < 0 || generation > lastGeneration) return undefined
  return { generation, nonce, parent }
}

function bytesOf(text: unknown, length: number): Uint8Array | undefined {
  if (typeof text !== 'string') return undefined
  const bytes = new Uint8Array(Buffer.from(text, 'base64url'))
  return bytes.length === length && base64url(bytes) === text ? bytes : undefined
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url')
}
