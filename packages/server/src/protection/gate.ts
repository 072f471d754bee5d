import type { CaptchaAction, CaptchaAnswer } from '@sessionward/protocol'
import { AnswerError } from '../answer-error.js'
import { mustBe } from '../input/values.js'
import type { OneTimeValueStore } from '../store/store.js'
import { type AttemptView, askHook, type BeforeHooks } from './before.js'
import { type Captcha, CaptchaUnavailableError } from './captcha/provider.js'

/** When a captcha is needed: `(attempt) => boolean` decides for each attempt. */
export type CaptchaCondition =
  | 'always'
  | { readonly afterFailures: number }
  | ((attempt: AttemptView) => boolean | Promise<boolean>)

/** The option `captcha`, checked and opened. */
export interface CaptchaRule {
  readonly captcha: Captcha
  readonly when: CaptchaCondition
  readonly actions: ReadonlySet<CaptchaAction>
}

/** Why an attempt goes no further, and whether that counts as a failed one. */
export interface Refusal {
  readonly error: AnswerError
  readonly counts: boolean
}

export interface Gate {
  /** What a page needs to show the captcha. @throws AnswerError `not_found` where this action has none. */
  challenge(action: CaptchaAction): Promise<CaptchaAnswer>
  /**
   * Looks at an attempt before its password: the captcha first, then the application's hook.
   *
   * @throws AnswerError `service_unavailable` where nobody can say whether the captcha is right.
   */
  examine(attempt: AttemptView, captcha: string | undefined): Promise<Refusal | undefined>
}

export interface GateParts {
  readonly rule: CaptchaRule | undefined
  readonly before: BeforeHooks
  readonly oneTimeValues: OneTimeValueStore
  /** Milliseconds on the store's clock. */
  readonly now: () => number
  readonly count: (figure: string) => void
  readonly report: (error: unknown) => void
}

/** What stands before the password at sign-in and registration. */
export function createGate({ rule, before, oneTimeValues, now, count, report }: GateParts): Gate {
  async function checkCaptcha(
    { captcha, when, actions }: CaptchaRule,
    attempt: AttemptView,
    response: string | undefined,
  ): Promise<Refusal | undefined> {
    if (!actions.has(attempt.action) || !(await isNeeded(when, attempt))) return undefined
    if (response === undefined || response === '') {
      // It says nothing about a password, and a page learns only by it that a captcha is needed.
      return { error: new AnswerError('captcha_required'), counts: false }
    }
    const verdict = await captcha.verify({ response, action: attempt.action }, now())
    if (verdict.outcome === 'wrong') return invalid(verdict.detail)
    // After the check, so that only what passed is kept, and a service that could not be reached has used up nothing.
    const { value, keepFor } = verdict
    if ((await oneTimeValues.claim(`captcha ${value}`, keepFor)) === 'claimed') return undefined
    return invalid('the solution was used before')
  }

  function invalid(detail: string): Refusal {
    count('captcha_invalid')
    return { error: new AnswerError('captcha_invalid', detail), counts: true }
  }

  async function withService<T>(asking: Promise<T>): Promise<T> {
    try {
      return await asking
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
    async examine(attempt, response) {
      const refusal = rule && (await withService(checkCaptcha(rule, attempt, response)))
      if (refusal) return refusal
      const error = await askHook(before[attempt.action], attempt)
      return error && { error, counts: true }
    },
  }
}

async function isNeeded(when: CaptchaCondition, attempt: AttemptView): Promise<boolean> {
  if (when === 'always') return true
  if (typeof when !== 'function') return attempt.failures >= when.afterFailures
  const needed: unknown = await when(attempt)
  if (typeof needed !== 'boolean') throw mustBe('captcha.when returned', '', needed, 'true or false')
  return needed
}
