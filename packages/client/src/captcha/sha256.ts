/**
 * SHA-256 (FIPS 180-4) of up to 55 bytes, which are one block. Browsers hide WebCrypto from pages on plain http, and for many
 * small messages this is faster than one promise each.
 */
export class Sha256Block {
  readonly #words = new Int32Array(64)
  /** The digest of the latest `run`. */
  readonly digest = new Int32Array(8)
  readonly #length: number

  /** @param length Bytes of the message. */
  constructor(length: number) {
    if (length > 55) throw new RangeError('the message must have at most 55 bytes')
    this.#length = length
    this.set(length, 0x80)
    this.#words[15] = length * 8
  }

  set(position: number, byte: number): void {
    const shift = 24 - (position % 4) * 8
    const index = position >> 2
    this.#words[index] = (this.#words[index]! & ~(0xff << shift)) | (byte << shift)
  }

  /** Writes the last four bytes of the message, big-endian. */
  setLastWord(value: number): void {
    if (this.#length % 4 === 0) this.#words[(this.#length >> 2) - 1] = value
    else for (let byte = 0; byte < 4; byte++) this.set(this.#length - 4 + byte, (value >>> (24 - byte * 8)) & 0xff)
  }

  run(): void {
    const w = this.#words
    for (let t = 16; t < 64; t++) {
      const x = w[t - 15]!
      const y = w[t - 2]!
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10)
      w[t] = (w[t - 16]! + s0 + w[t - 7]! + s1) | 0
    }
    let a = initial[0]!
    let b = initial[1]!
    let c = initial[2]!
    let d = initial[3]!
    let e = initial[4]!
    let f = initial[5]!
    let g = initial[6]!
    let h = initial[7]!
    for (let t = 0; t < 64; t++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + constants[t]! + w[t]!) | 0
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
      h = g
      g = f
      f = e
      e = (d + t1) | 0
      d = c
      c = b
      b = a
      a = (t1 + t2) | 0
    }
    const final = [a, b, c, d, e, f, g, h]
    for (let i = 0; i < 8; i++) this.digest[i] = final[i]! + initial[i]!
  }

  hex(): string {
    return [...this.digest].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
  }
}

const primes = firstPrimes(64)
/** Fractions of roots of primes, as FIPS 180-4 sections 4.2.2 and 5.3.3 define them. */
const constants = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)))
const initial = Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)))

function fraction(root: number): number {
  return ((root - Math.floor(root)) * 0x1_0000_0000) | 0
}

function firstPrimes(count: number): number[] {
  const found: number[] = []
  for (let n = 2; found.length < count; n++) if (found.every((prime) => n % prime)) found.push(n)
  return found
}
