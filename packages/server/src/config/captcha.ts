import { hkdfSync } from 'node:crypto'
import type { CaptchaAction } from '@sessionward/protocol'
import { checkOptionNames } from '../input/option-names.js'
import type { Secrets } from '../keys/secrets.js'
import { requireStrongSecret } from '../keys/strong-secret.js'
import type { AuthServerOptions } from '../options.js'
import type { CaptchaCondition, CaptchaRule } from '../protection/attempt-checks.js'
import type { BeforeHooks } from '../protection/before-hooks.js'
import { isFunction, listOf, oneOf } from './values.js'

const actions: readonly CaptchaAction[] = ['signIn', 'register']

export interface CaptchaContext {
  readonly mode: 'production' | 'development'
  readonly issuer: string
  readonly secrets: Pick<Secrets, 'seal'>
}

/** @throws TypeError that names the option and what was expected, or if the provider must not run in this mode. */
export function readCaptcha(
  option: AuthServerOptions['captcha'],
  { mode, issuer, secrets }: CaptchaContext,
): CaptchaRule | undefined {
  if (option === undefined) return undefined
  checkOptionNames('captcha', option, { provider: true, when: true, for: true })
  if (!isFunction(option.provider?.open)) {
    throw new TypeError('captcha.provider must be one such as altcha(), from @sessionward/server/captcha')
  }
  const protectedActions = listOf('captcha.for', option.for ?? actions).map((action, index) =>
    oneOf(`captcha.for[${index}]`, action, actions),
  )
  if (protectedActions.length === 0) throw new TypeError('captcha.for must name signIn, register or both')
  const secretFor = (name: string) => {
    const info = `sessionward captcha ${name} ${issuer}`
    return Buffer.from(hkdfSync('sha256', requireStrongSecret(secrets.seal, 'secrets.seal'), '', info, 32)).toString(
      'hex',
    )
  }
  return {
    captcha: option.provider.open({ mode, secretFor }),
    when: readCondition(option.when ?? 'always'),
    actions: new Set(protectedActions),
  }
}

function readCondition(when: CaptchaCondition): CaptchaCondition {
  if (when === 'always' || typeof when === 'function') return when
  const expected = "captcha.when must be 'always', { afterFailures: 3 } or a function (attempt) => boolean"
  if (typeof when !== 'object' || when === null) throw new TypeError(expected)
  checkOptionNames('captcha.when', when, { afterFailures: true })
  const { afterFailures } = when
  if (Number.isInteger(afterFailures) && afterFailures >= 1) return { afterFailures }
  throw new TypeError('captcha.when.afterFailures must be a whole number, at least 1')
}

/** @throws TypeError that names the option and what was expected. */
export function readBefore(before: BeforeHooks = {}): BeforeHooks {
  checkOptionNames('before', before, { signIn: true, register: true })
  for (const action of actions) {
    if (before[action] !== undefined && !isFunction(before[action])) {
      throw new TypeError(`before.${action} must be a function (attempt) => undefined or { code, message }`)
    }
  }
  return before
}
