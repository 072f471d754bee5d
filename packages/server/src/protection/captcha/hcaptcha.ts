import type { CaptchaProvider } from './provider.js'
import { type SiteVerifyOptions, siteVerify } from './site-verify.js'

/**
 * hCaptcha. Solutions are valid for the host names in `hosts`; the service has no actions.
 *
 * @throws TypeError that names the option and what was expected.
 */
export function hcaptcha(options: SiteVerifyOptions): CaptchaProvider {
  return siteVerify(
    {
      name: 'hcaptcha',
      kind: 'hcaptcha',
      verifyUrl: 'https://api.hcaptcha.com/siteverify',
      script: () => 'https://js.hcaptcha.com/1/api.js?render=explicit',
      form: (sitekey) => ({ sitekey }),
      testKeys: /^(?:[123]0000000-ffff-ffff-ffff-00000000000[123]|0x0{20,})$/i,
      findProblem: () => undefined,
    },
    options,
  )
}
