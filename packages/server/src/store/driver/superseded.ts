import { dateSupersessions } from '../../session/rotation.js'
import type { ConfirmedToken, SupersededToken } from '../../session/session.js'

/** One after the other: generation(u32) | nonce(8) | at(f64), big-endian. */
const layout = { generation: 0, nonce: 4, at: 12, length: 20 } as const
const nonceLength = layout.at - layout.nonce

export function writeSuperseded(tokens: readonly SupersededToken[]): Uint8Array {
  const bytes = new Uint8Array(tokens.length * layout.length)
  const view = new DataView(bytes.buffer)
  let start = 0
  for (const { generation, nonce, at } of tokens) {
    if (nonce.length !== nonceLength) throw new RangeError('a superseded token must have 8 bytes of its nonce')
    view.setUint32(start + layout.generation, generation)
    bytes.set(nonce, start + layout.nonce)
    view.setFloat64(start + layout.at, at)
    start += layout.length
  }
  return bytes
}

/**
 * The superseded tokens of a confirmation whose instant only the database knows: those dated `decidedAt` are written without
 * an instant, and the driver writes its clock beside them, as `supersededAt`.
 */
export function writeConfirmation(next: ConfirmedToken & { readonly decidedAt?: number }): Uint8Array {
  return writeSuperseded(dateSupersessions(next.superseded, next.decidedAt, Number.NaN))
}

/**
 * The nonces are views of the bytes, which must not change any more, because a session that is refreshed often has 32 of them.
 *
 * @param supersededAt The instant of tokens that were written without one.
 */
export function readSuperseded(bytes: Uint8Array, supersededAt = Number.NaN): SupersededToken[] {
  const { buffer, byteOffset, length } = bytes
  const view = new DataView(buffer, byteOffset, length)
  const tokens: SupersededToken[] = []
  for (let start = 0; start < length; start += layout.length) {
    const at = view.getFloat64(start + layout.at)
    tokens.push({
      generation: view.getUint32(start + layout.generation),
      nonce: new Uint8Array(buffer, byteOffset + start + layout.nonce, nonceLength),
      at: Number.isNaN(at) ? supersededAt : at,
    })
  }
  return tokens
}
