import type { CaptchaProvider } from './provider.js'
import { type SiteVerifyOptions, siteVerify } from './site-verify.js'

/** Options of `recaptcha`. */
export interface RecaptchaOptions extends SiteVerifyOptions {
  /**
   * Selects version 3, which has no visible challenge and returns a score from 0 to 1. Lower scores and other actions are refused.
   * Default: version 2, the checkbox.
   */
  readonly minimumScore?: number
}

const testKeys = /^6LeIxAcTAAAAA[GJ]/

/**
 * Google reCAPTCHA, version 2 or 3. Solutions are valid for the host names in `hosts`.
 *
 * @throws TypeError that names the option and what was expected.
 */
export function recaptcha({ minimumScore, ...options }: RecaptchaOptions): CaptchaProvider {
  const shared = { name: 'recaptcha', verifyUrl: 'https://www.google.com/recaptcha/api/siteverify', testKeys }
  const script = 'https://www.google.com/recaptcha/api.js?render='
  if (minimumScore === undefined) {
    const service = {
      ...shared,
      kind: 'recaptcha',
      script: () => `${script}explicit`,
      findProblem: () => undefined,
    } as const
    return siteVerify(service, options)
  }
  if (!(typeof minimumScore === 'number' && minimumScore > 0 && minimumScore <= 1)) {
    throw new TypeError('recaptcha.minimumScore must be a number above 0, up to 1')
  }
  return siteVerify(
    {
      ...shared,
      kind: 'recaptcha-v3',
      script: (siteKey) => script + encodeURIComponent(siteKey),
      findProblem({ action, score }, wanted) {
        if (action !== wanted.action) return 'the captcha was solved for another action'
        return typeof score === 'number' && score >= minimumScore ? undefined : 'the score is too low'
      },
    },
    options,
  )
}
