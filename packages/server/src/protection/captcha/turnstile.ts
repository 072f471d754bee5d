import type { CaptchaProvider } from './provider.js'
import { type SiteVerifyOptions, siteVerify } from './site-verify.js'

/**
 * Cloudflare Turnstile. A solution counts for the host names of `hosts` and for the action that the page asked for.
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
      judge: ({ action }, wanted) =>
        action === wanted.action ? undefined : 'the captcha was solved for another action',
    },
    options,
  )
}
