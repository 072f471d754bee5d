import type { CaptchaAction, CaptchaAnswer } from '@sessionward/protocol'
import { problemIn } from '../backend/problem.js'
import { CaptchaError } from './captcha-error.js'

export interface CaptchaSource {
  /** @returns undefined where the server asks for no captcha. @throws CaptchaError `unreachable`. */
  load(signal: AbortSignal): Promise<CaptchaAnswer | undefined>
}

/** The endpoint of the auth server. */
export function captchaSource(server: string, basePath: string, action: CaptchaAction): CaptchaSource {
  const url = `${new URL(server).origin}${basePath}/captcha?action=${action}`
  return {
    async load(signal) {
      const json = await fetchJson(url, signal)
      // An envelope has the challenge in a member, of whatever name.
      const answer = [json, ...Object.values(json ?? {})].find(isCaptcha)
      if (answer) return answer
      if (problemIn(json as object).code === 'not_found') return undefined
      throw new CaptchaError('unreachable')
    },
  }
}

async function fetchJson(url: string, signal: AbortSignal): Promise<unknown> {
  try {
    const response = await fetch(url, { cache: 'no-store', redirect: 'error', signal })
    return await response.json()
  } catch (cause) {
    if (signal.aborted) throw signal.reason
    throw new CaptchaError('unreachable', cause)
  }
}

function isCaptcha(value: unknown): value is CaptchaAnswer {
  const { kind, when } = (value ?? {}) as Partial<CaptchaAnswer>
  return typeof kind === 'string' && (when === 'always' || when === 'sometimes')
}
