import type { CaptchaAction } from '@sessionward/protocol'
import { createChallenge, randomInt, verifySolution } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/sha'
import { checkOptionNames } from '../../input/option-names.js'
import { isObject } from '../../input/values.js'
import type { Captcha, CaptchaChallenge, CaptchaProvider, CaptchaSetup, CaptchaVerdict } from './provider.js'

/** Options of `altcha`. */
export interface AltchaOptions {
  /**
   * Average number of hashes that a page computes; it varies by half in both directions. Default 100,000: about 0.1 seconds on a
   * desktop, one or two seconds on a slow phone.
   */
  readonly work?: number
  /** Lifetime of a challenge in seconds. Default 300. */
  readonly lifetime?: number
}

const algorithm = 'SHA-256'

/**
 * Proof of work in the format of ALTCHA version 2: self-hosted, without a service or a cookie. Challenges are not stored; they are
 * signed with a secret derived from `secrets.seal`, so that every node of this auth server accepts them, and no other server.
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
      // A fixed random number bounds the work. A search for a hash prefix could take many times as long.
      counter: randomInt(work / 2, work * 1.5),
      deriveKey,
      // Version 2 signs each member under its own name. In version 1 digits could move between salt, expiry and number (advisory of
      // December 2025). Our own expiry, because the library checks its one with the machine's clock.
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
      // The signature shows that the parameters are ours.
      const { nonce, data } = payload.challenge.parameters
      if (data?.action !== action) return wrong('the challenge was made for another action')
      const remaining = Number(data.expires) - now / 1000
      if (!(remaining > 0)) return wrong('the challenge has expired')
      return { outcome: 'passed', value: nonce, retention: Math.ceil(remaining) + clockTolerance }
    },
  }
}

/** Seconds by which the nodes' estimates of the store's clock may differ. */
const clockTolerance = 60

type Payload = Pick<Parameters<typeof verifySolution>[0], 'challenge' | 'solution'>

/** Checks only the shape; the signature authenticates the values. */
function readPayload(response: string): Payload | undefined {
  const { challenge, solution } = (parseBase64Json(response) ?? {}) as { readonly [name in keyof Payload]?: unknown }
  if (!isObject(challenge) || !isObject(challenge.parameters) || !isObject(solution)) return undefined
  if (typeof challenge.signature !== 'string') return undefined
  return { challenge, solution } as unknown as Payload
}

function parseBase64Json(response: string): unknown {
  try {
    return JSON.parse(Buffer.from(response, 'base64').toString('utf8'))
  } catch {
    return undefined
  }
}

function wrong(detail: string): CaptchaVerdict {
  return { outcome: 'wrong', detail }
}

function wholeNumber(name: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value
  throw new TypeError(`altcha.${name} must be a whole number from ${min} to ${max}`)
}
