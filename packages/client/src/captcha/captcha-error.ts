/**
 * - `cancelled`: the person has cancelled.
 * - `timeout`: it took longer than the deadline.
 * - `unreachable`: the auth server, or the service of the captcha, cannot be reached.
 * - `unsupported`: the auth server sends a captcha that this version does not know.
 */
export type CaptchaErrorCode = 'cancelled' | 'timeout' | 'unreachable' | 'unsupported'

/** No captcha was solved, so nothing was sent. */
export class CaptchaError extends Error {
  override readonly name = 'CaptchaError'
  /** Why no captcha was solved. */
  declare readonly code: CaptchaErrorCode

  constructor(code: CaptchaErrorCode, cause?: unknown) {
    super(`The captcha was not solved: ${code}.`, { cause })
    Object.assign(this, { code })
  }
}
