import type { ProofOfWorkCaptcha } from '@sessionward/protocol'
import { CaptchaError } from './captcha-error.js'
import { Sha256Block } from './sha256.js'

/** Milliseconds of work before the page has its turn: half a frame. */
const slice = 8
/** Hashes between two looks at the clock. */
const stride = 200
const mostNumbers = 0xffff_ffff

/**
 * Solves a challenge of ALTCHA, version 2 with SHA-256: searches the number whose hash has the prefix of the challenge. In slices
 * between which the page goes on, so that it needs no worker, which a content security policy may forbid.
 *
 * @param isExpired Asked between the slices.
 * @returns what the server reads: base64 of the challenge and its solution; undefined where it has expired before that.
 * @throws CaptchaError `unsupported` for a challenge of another kind; the signal's reason where it is aborted.
 */
export async function solveProofOfWork(
  { parameters, signature }: ProofOfWorkCaptcha,
  signal: AbortSignal,
  isExpired: () => boolean = () => false,
): Promise<string | undefined> {
  const { algorithm, cost, keyLength, keyPrefix, salt, nonce } = parameters
  if (algorithm !== 'SHA-256' || cost !== 1 || keyLength !== 32 || !isHex(keyPrefix) || !isHex(salt) || !isHex(nonce)) {
    throw new CaptchaError('unsupported')
  }
  const counter = await search(`${salt}${nonce}`, keyPrefix, signal, isExpired)
  if (!counter) return undefined
  const solution = { counter: counter.value, derivedKey: counter.hash }
  return btoa(JSON.stringify({ challenge: { parameters, signature }, solution }))
}

async function search(message: string, prefix: string, signal: AbortSignal, isExpired: () => boolean) {
  const bytes = message.match(/../g) ?? []
  const block = new Sha256Block(bytes.length + 4)
  for (const [position, byte] of bytes.entries()) block.set(position, Number.parseInt(byte, 16))
  // Nearly every number fails in the first word, which is compared without making a string of it.
  const first = prefix.padEnd(8, '0').slice(0, 8)
  const wanted = Number.parseInt(first, 16) | 0
  const mask = prefix.length >= 8 ? -1 : ~(-1 >>> (prefix.length * 4))
  let value = 0
  while (value <= mostNumbers) {
    for (const until = performance.now() + slice; performance.now() < until; ) {
      for (const end = value + stride; value < end; value++) {
        block.setLastWord(value)
        block.run()
        if ((block.digest[0]! & mask) !== wanted) continue
        const hash = block.hex()
        if (hash.startsWith(prefix)) return { value, hash }
      }
    }
    await yieldToPage()
    if (signal.aborted) throw signal.reason
    if (isExpired()) return undefined
  }
  throw new CaptchaError('unsupported')
}

/** Not a timer: browsers slow timers of a hidden page down to one a second. */
function yieldToPage(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(null)
  })
}

function isHex(value: unknown): value is string {
  return typeof value === 'string' && /^(?:[0-9a-f]{2})+$/.test(value)
}
