import type { CaptchaProvider } from './provider.js'
import { type SiteVerifyOptions, siteVerify } from './site-verify.js'

/**
 * Cloudflare Turnstile. Solutions are valid for the host names in `hosts` and for one action.
 *
 * @throws TypeError that names the option and what was expected.
 */
export function turnstile(options: SiteVerifyOptions): CaptchaProvider {
  return siteVerify(
    {
      name: 'turnstile',
      kind: 'turnstile',
      verifyUrl: 'https://challenges.cloudflare.com/turnstile/v0/siteverify',
      script: () => 'https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit',
      testKeys: /^[123]x0{15,}/i,
      findProblem: ({ action }, wanted) =>
        action === wanted.action ? undefined : 'the captcha was solved for another action',
    },
    options,
  )
}
