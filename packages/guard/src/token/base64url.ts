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
  return decodeBase64urlBytes(utf8.encode(text))
}

/**
 * As {@link decodeBase64url}, for a text that is given in UTF-8. To read bytes takes much less time than to read the characters
 * of a part of a string.
 */
export function decodeBase64urlBytes(text: Uint8Array): Uint8Array | undefined {
  if (text.length % 4 === 1) return undefined
  const bytes = new Uint8Array((text.length * 3) >> 2)
  let bits = 0
  let held = 0
  let at = 0
  for (let index = 0; index < text.length; index++) {
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
