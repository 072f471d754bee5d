import type { CaptchaAction, ProofOfWorkCaptcha, WidgetCaptcha } from '@sessionward/protocol'

/** What a provider adds to the answer of GET {basePath}/captcha. */
export type CaptchaChallenge = Omit<ProofOfWorkCaptcha, 'action' | 'when'> | Omit<WidgetCaptcha, 'action' | 'when'>

/** What a provider learns of the auth server. */
export interface CaptchaSetup {
  /** The auth server's `mode`. */
  readonly mode: 'production' | 'development'
  /** A secret that only this auth server has; the same on all its nodes, another one for each name. */
  secretFor(name: string): string
}

/** The response of a page. */
export interface CaptchaResponse {
  /** What the page has sent. */
  readonly response: string
  /** What the captcha protects. */
  readonly action: CaptchaAction
}

/** `passed`: `value` names the solution, and may be used once within `keepFor` seconds. `wrong`: `detail` is for the caller. */
export type CaptchaVerdict =
  | { readonly outcome: 'passed'; readonly value: string; readonly keepFor: number }
  | { readonly outcome: 'wrong'; readonly detail: string }

/** A captcha in use. */
export interface Captcha {
  /** What the page needs to solve a captcha. `now`: milliseconds on the store's clock. */
  challenge(action: CaptchaAction, now: number): Promise<CaptchaChallenge>
  /**
   * Whether a response is right.
   *
   * @param now Milliseconds on the store's clock.
   * @throws CaptchaUnavailableError where nobody can say whether the response is right.
   */
  verify(response: CaptchaResponse, now: number): Promise<CaptchaVerdict>
}

/** A kind of captcha with its configuration, such as `altcha()`. */
export interface CaptchaProvider {
  /**
   * Prepares the captcha when the auth server is created.
   *
   * @throws TypeError where it must not run in this mode: in production no service's published test key does.
   */
  open(setup: CaptchaSetup): Captcha
}

/** The service could not be asked, or does not accept this server's configuration. The request is answered 503. */
export class CaptchaUnavailableError extends Error {
  override readonly name = 'CaptchaUnavailableError'
}
