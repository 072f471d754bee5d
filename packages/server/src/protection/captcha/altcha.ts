import type { CaptchaAction } from '@sessionward/protocol'
import { createChallenge, randomInt, verifySolution } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/sha'
import { checkOptionNames } from '../../input/option-names.js'
import { isObject } from '../../input/values.js'
import type { Captcha, CaptchaChallenge, CaptchaProvider, CaptchaSetup, CaptchaVerdict } from './provider.js'

/** Options of `altcha`. */
export interface AltchaOptions {
  /**
   * Hashes that a page computes on average; half as many at least, and half as many again at most. Default 100,000: about a
   * tenth of a second on a desktop, a second or two on a slow phone.
   */
  readonly work?: number
  /** Seconds that a challenge lives. Default 300. */
  readonly lifetime?: number
}

const algorithm = 'SHA-256'

/**
 * Proof of work in the format of ALTCHA, version 2: self-hosted, without a service and without a cookie. The challenge is kept
 * nowhere; it is signed with a secret that is derived from `secrets.seal`, so every node of this auth server knows its own, and
 * no other server's.
 *
 * @throws TypeError that names the option and what was expected.
 */
export function altcha(options: AltchaOptions = {}): CaptchaProvider {
  checkOptionNames('altcha', options, { work: true, lifetime: true })
  const work = wholeNumber('work', options.work ?? 100_000, 1000, 100_000_000)
  const lifetime = wholeNumber('lifetime', options.lifetime ?? 300, 10, 3600)
  return { open: (setup) => openAltcha(setup, { work, lifetime }) }
}

function openAltcha({ secretFor }: CaptchaSetup, { work, lifetime }: Required<AltchaOptions>): Captcha {
  const secrets = {
    hmacSignatureSecret: secretFor('altcha challenge'),
    hmacKeySignatureSecret: secretFor('altcha solution'),
  }

  async function challenge(action: CaptchaAction, now: number): Promise<CaptchaChallenge> {
    const { parameters, signature } = await createChallenge({
      algorithm,
      cost: 1,
      // A number drawn here bounds the work: a page that is out of luck would search for many times as long.
      counter: randomInt(work / 2, work * 1.5),
      deriveKey,
      // Each member is signed under its own name. In version 1 salt, expiry and number ran together, so that digits could move
      // from one to the other (advisory of December 2025). The library compares an expiry with its machine's clock.
      data: { action, expires: Math.floor(now / 1000) + lifetime },
      ...secrets,
    })
    return { kind: 'altcha', expires_in: lifetime, parameters: { ...parameters }, signature: signature! }
  }

  return {
    challenge,
    async verify({ response, action }, now): Promise<CaptchaVerdict> {
      const payload = readPayload(response)
      if (!payload) return wrong('the captcha must be the solution of a challenge, as base64 of JSON')
      const { verified } = await verifySolution({ ...payload, deriveKey, ...secrets })
      if (!verified) return wrong('the solution does not belong to a challenge of this server')
      // From here on the parameters are our own.
      const { nonce, data } = payload.challenge.parameters
      if (data?.action !== action) return wrong('the challenge was made for another action')
      const left = Number(data.expires) - now / 1000
      if (!(left > 0)) return wrong('the challenge has expired')
      return { outcome: 'passed', value: nonce, keepFor: Math.ceil(left) + graceForClocks }
    },
  }
}

/** Seconds by which nodes may differ about the store's clock. */
const graceForClocks = 60

type Payload = Pick<Parameters<typeof verifySolution>[0], 'challenge' | 'solution'>

/** Only its shape; the signature says whether the values are ours. */
function readPayload(response: string): Payload | undefined {
  const { challenge, solution } = (parsed(response) ?? {}) as { readonly [name in keyof Payload]?: unknown }
  if (!isObject(challenge) || !isObject(challenge.parameters) || !isObject(solution)) return undefined
  if (typeof challenge.signature !== 'string') return undefined
  return { challenge, solution } as unknown as Payload
}

function parsed(response: string): unknown {
  try {
    return JSON.parse(Buffer.from(response, 'base64').toString('utf8'))
  } catch {
    return undefined
  }
}

function wrong(detail: string): CaptchaVerdict {
  return { outcome: 'wrong', detail }
}

function wholeNumber(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new TypeError(`altcha.${name} must be a whole number from ${least} to ${most}`)
}
