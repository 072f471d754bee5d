/** A character set by a label of the Encoding standard (section 4.2), such as `utf-8`, `gbk`, `big5` or `windows-1252`. */
export type Charset = string

const encoders = new Map<Charset, (text: string) => Buffer | undefined>()

/**
 * Encodes a string in a legacy character set. Missing characters are not replaced by `?`, which would make different passwords equal.
 *
 * @returns undefined if the character set lacks a character of the string.
 * @throws TypeError if this runtime does not support the character set.
 */
export function encode(text: string, charset: Charset): Buffer | undefined {
  if (charset === 'utf-8') return Buffer.from(text)
  const known = encoders.get(charset) ?? createEncoder(charset)
  encoders.set(charset, known)
  return known(text)
}

/** Builds an encoder by decoding every one-byte and two-byte sequence, because the platform has only decoders. */
function createEncoder(charset: Charset): (text: string) => Buffer | undefined {
  const bytesOf = new Map<string, Buffer>()
  for (let lead = 0; lead < 256; lead++) {
    if (add(Buffer.of(lead))) continue
    for (let trail = 0x30; trail < 256; trail++) add(Buffer.of(lead, trail))
  }

  function add(bytes: Buffer): boolean {
    try {
      const character = new TextDecoder(charset, { fatal: true, ignoreBOM: true }).decode(bytes)
      if ([...character].length !== 1) return false
      if (!bytesOf.has(character)) bytesOf.set(character, bytes)
      return true
    } catch (error) {
      if (error instanceof RangeError) throw new TypeError(`the character set "${charset}" is not known here`)
      return false
    }
  }

  return (text) => {
    const parts: Buffer[] = []
    for (const character of text) {
      const bytes = bytesOf.get(character)
      if (!bytes) return undefined
      parts.push(bytes)
    }
    return Buffer.concat(parts)
  }
}
