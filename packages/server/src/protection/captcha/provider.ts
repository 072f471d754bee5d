import type { CaptchaAction, ProofOfWorkCaptcha, WidgetCaptcha } from '@sessionward/protocol'

/** What a provider adds to the answer of GET {basePath}/captcha. */
export type CaptchaChallenge = Omit<ProofOfWorkCaptcha, 'action' | 'when'> | Omit<WidgetCaptcha, 'action' | 'when'>

/** What the auth server passes to a provider. */
export interface CaptchaSetup {
  /** The auth server's `mode`. */
  readonly mode: 'production' | 'development'
  /** Derives a secret for a name. The same on all nodes of this auth server, and unknown to others. */
  secretFor(name: string): string
}

/** A response to verify. */
export interface CaptchaResponse {
  /** The string that the page has sent. */
  readonly response: string
  /** The action that the captcha protects. */
  readonly action: CaptchaAction
}

/** `passed`: `value` identifies the solution and may be used once within `retention` seconds. `wrong`: `detail` is for the caller. */
export type CaptchaVerdict =
  | { readonly outcome: 'passed'; readonly value: string; readonly retention: number }
  | { readonly outcome: 'wrong'; readonly detail: string }

/** A captcha that was opened for an auth server. */
export interface Captcha {
  /** What the page needs to solve a captcha. `now`: milliseconds on the store's clock. */
  challenge(action: CaptchaAction, now: number): Promise<CaptchaChallenge>
  /**
   * Verifies a response.
   *
   * @param now Milliseconds on the store's clock.
   * @throws CaptchaUnavailableError if the response cannot be verified.
   */
  verify(response: CaptchaResponse, now: number): Promise<CaptchaVerdict>
}

/** A kind of captcha with its configuration, such as `altcha()`. */
export interface CaptchaProvider {
  /**
   * Prepares the captcha when the auth server is created.
   *
   * @throws TypeError if it must not run in this mode, such as with a service's published test keys in production.
   */
  open(setup: CaptchaSetup): Captcha
}

/** The service is unreachable, or does not accept this server's configuration. The request is answered 503. */
export class CaptchaUnavailableError extends Error {
  override readonly name = 'CaptchaUnavailableError'
}
