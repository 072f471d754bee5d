import type { CaptchaAction, CaptchaAnswer } from '@sessionward/protocol'
import { AnswerError } from '../answer-error.js'
import type { Count } from '../figures.js'
import { invalidValue } from '../input/values.js'
import type { OneTimeValueStore } from '../store/store.js'
import { type AttemptView, type BeforeHooks, runHook } from './before-hooks.js'
import { type Captcha, CaptchaUnavailableError } from './captcha/provider.js'

/** When a captcha is required. A function decides for each attempt. */
export type CaptchaCondition =
  | 'always'
  | { readonly afterFailures: number }
  | ((attempt: AttemptView) => boolean | Promise<boolean>)

/** The option `captcha` after validation. */
export interface CaptchaRule {
  readonly captcha: Captcha
  readonly when: CaptchaCondition
  readonly actions: ReadonlySet<CaptchaAction>
}

/** The error that refuses an attempt, and whether it counts as a failed attempt. */
export interface Refusal {
  readonly error: AnswerError
  readonly counts: boolean
}

export interface AttemptChecks {
  /** What a page needs to show the captcha. @throws AnswerError `not_found` if the action requires none. */
  challenge(action: CaptchaAction): Promise<CaptchaAnswer>
  /**
   * Checks an attempt before its password: first the captcha, then the application's hook.
   *
   * @throws AnswerError `service_unavailable` if the captcha cannot be verified.
   */
  check(attempt: AttemptView, captcha: string | undefined): Promise<Refusal | undefined>
}

export interface AttemptChecksParts {
  readonly rule: CaptchaRule | undefined
  readonly before: BeforeHooks
  readonly oneTimeValues: OneTimeValueStore
  /** Milliseconds on the store's clock. */
  readonly now: () => number
  readonly count: Count
  readonly report: (error: unknown) => void
}

/** The captcha and the hooks that run before the password check of sign-in and registration. */
export function createAttemptChecks({
  rule,
  before,
  oneTimeValues,
  now,
  count,
  report,
}: AttemptChecksParts): AttemptChecks {
  async function checkCaptcha(
    { captcha, when, actions }: CaptchaRule,
    attempt: AttemptView,
    response: string | undefined,
  ): Promise<Refusal | undefined> {
    if (!actions.has(attempt.action) || !(await isNeeded(when, attempt))) return undefined
    if (response === undefined || response === '') {
      // Not counted as a failure, because this is how a page learns that a captcha is required.
      return { error: new AnswerError('captcha_required'), counts: false }
    }
    const verdict = await captcha.verify({ response, action: attempt.action }, now())
    if (verdict.outcome === 'wrong') return invalid(verdict.detail)
    // Claimed after the verification, so that an unavailable service does not use up a solution.
    const { value, retention } = verdict
    if ((await oneTimeValues.claim(`captcha ${value}`, retention)) === 'claimed') return undefined
    return invalid('the solution was used before')
  }

  function invalid(detail: string): Refusal {
    count('captcha_invalid')
    return { error: new AnswerError('captcha_invalid', detail), counts: true }
  }

  async function withService<T>(checking: Promise<T>): Promise<T> {
    try {
      return await checking
    } catch (error) {
      if (!(error instanceof CaptchaUnavailableError)) throw error
      count('captcha_unavailable')
      report(error)
      throw new AnswerError('service_unavailable', 'the captcha cannot be checked at the moment', { retryAfter: 5 })
    }
  }

  return {
    async challenge(action) {
      if (!rule?.actions.has(action)) throw new AnswerError('not_found', 'this action needs no captcha')
      const challenge = await withService(rule.captcha.challenge(action, now()))
      return { action, when: rule.when === 'always' ? 'always' : 'sometimes', ...challenge }
    },
    async check(attempt, response) {
      const refusal = rule && (await withService(checkCaptcha(rule, attempt, response)))
      if (refusal) return refusal
      const error = await runHook(before[attempt.action], attempt)
      return error && { error, counts: true }
    },
  }
}

async function isNeeded(when: CaptchaCondition, attempt: AttemptView): Promise<boolean> {
  if (when === 'always') return true
  if (typeof when !== 'function') return attempt.failures >= when.afterFailures
  const needed: unknown = await when(attempt)
  if (typeof needed !== 'boolean') throw invalidValue('captcha.when returned', '', needed, 'true or false')
  return needed
}
