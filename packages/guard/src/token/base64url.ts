const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const foreign = 0xff
const values = new Uint8Array(256).fill(foreign)
for (let index = 0; index < alphabet.length; index++) values[alphabet.charCodeAt(index)] = index

const utf8 = new TextEncoder()

/**
 * Decodes canonical base64url without padding (RFC 7515 section 2). Returns undefined for foreign characters, an impossible
 * length, or trailing bits that are not zero (RFC 4648 section 3.5): lenient decoders accept several spellings of one token.
 */
export function decodeBase64url(text: string): Uint8Array | undefined {
  const bytes = utf8.encode(text)
  return decodeBase64urlPart(bytes, 0, bytes.length)
}

/**
 * As {@link decodeBase64url}, for a part of a text that is given in UTF-8. To read bytes takes much less time than to read the
 * characters of a part of a string.
 */
export function decodeBase64urlPart(text: Uint8Array, start: number, end: number): Uint8Array | undefined {
  const length = end - start
  if (length % 4 === 1) return undefined
  const bytes = new Uint8Array((length * 3) >> 2)
  let bits = 0
  let held = 0
  let at = 0
  for (let index = start; index < end; index++) {
    const value = values[text[index]!]!
    if (value === foreign) return undefined
    held = ((held << 6) | value) & 0xfff
    bits += 6
    if (bits < 8) continue
    bits -= 8
    bytes[at++] = (held >> bits) & 0xff
  }
  return (held & ((1 << bits) - 1)) === 0 ? bytes : undefined
}
