/**
 * The bytes of a shared secret: a string is taken as UTF-8.
 *
 * A public key as the secret would let anybody create tokens (RFC 8725 section 2.1). So keys are refused in every usual
 * format: PEM, PEM without its header, JWK, DER, and base64 of any of these.
 *
 * @throws TypeError that never contains the secret
 */
export function readSecret(secret: string | Uint8Array): Uint8Array<ArrayBuffer> {
  if (secret === undefined)
    throw new TypeError('legacy.secret is missing (undefined): is the environment variable set?')
  if ((typeof secret !== 'string' && !(secret instanceof Uint8Array)) || secret.length === 0) {
    throw new TypeError('legacy.secret: must be a non-empty string or bytes')
  }
  const bytes = typeof secret === 'string' ? new TextEncoder().encode(secret) : Uint8Array.from(secret)
  const decoded = decodeBase64(bytes)
  if (isKey(bytes) || (decoded && isKey(decoded))) {
    throw new TypeError(
      'legacy.secret: must not be a key in PEM, DER or JWK; the secret of HS256 is known to the old servers only',
    )
  }
  return bytes
}

function isKey(bytes: Uint8Array): boolean {
  return /-----BEGIN|"kty"\s*:/.test(new TextDecoder().decode(bytes)) || isDerStructure(bytes)
}

/** Accepts base64 and base64url, with line breaks, which environment variables often contain as `\n`. */
function decodeBase64(bytes: Uint8Array): Uint8Array | undefined {
  const text = new TextDecoder().decode(bytes).replace(/\\n|\s|=/g, '')
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
    return Uint8Array.from(binary, (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}

const sequence = 0x30
const blank = /^[\0\s]*$/

/**
 * Whether bytes are one ASN.1 SEQUENCE of at least two complete elements, as SPKI, PKCS #1, PKCS #8 and certificates are. The
 * parser of Node ignores what follows a key, such as the line break of a file. Of random secrets less than one in a million
 * looks like that.
 */
function isDerStructure(bytes: Uint8Array): boolean {
  const outer = bytes[0] === sequence ? readElement(bytes, 0) : undefined
  if (!outer || !blank.test(new TextDecoder().decode(bytes.subarray(outer.end)))) return false
  const inside = bytes.subarray(0, outer.end)
  let count = 0
  for (let at = outer.start; at < outer.end; count++) {
    const element = readElement(inside, at)
    if (!element) return false
    at = element.end
  }
  return count >= 2
}

/** Where the contents of an element begin and end (X.690 section 8.1), if all of it is there. */
function readElement(bytes: Uint8Array, at: number): { readonly start: number; readonly end: number } | undefined {
  const first = bytes[at + 1]
  if (first === undefined) return undefined
  const more = first < 0x80 ? 0 : first & 0x7f
  const start = at + 2 + more
  let length = more === 0 ? first : 0
  for (const byte of bytes.subarray(at + 2, start)) length = length * 256 + byte
  return start + length <= bytes.length ? { start, end: start + length } : undefined
}
