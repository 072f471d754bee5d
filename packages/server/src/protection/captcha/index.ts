export type { AltchaOptions } from './altcha.js'
export { altcha } from './altcha.js'
export { hcaptcha } from './hcaptcha.js'
export type {
  Captcha,
  CaptchaChallenge,
  CaptchaProvider,
  CaptchaResponse,
  CaptchaSetup,
  CaptchaVerdict,
} from './provider.js'
export { CaptchaUnavailableError } from './provider.js'
export type { RecaptchaOptions } from './recaptcha.js'
export { recaptcha } from './recaptcha.js'
export type { SiteVerifyOptions } from './site-verify.js'
export { turnstile } from './turnstile.js'
