import { createParamDecorator, type ExecutionContext } from '@nestjs/common'
import type { GuardError } from '../../challenge.js'
import type { Principal } from '../../principal.js'
import { type RouteOptions, readRoute } from '../../route.js'
import { admissionOf, principalOf } from './admissions.js'
import { mergeOptions, type Rule, readOwnRule, setRule } from './rules.js'

/** A decorator of a controller class or a method. */
type Decorator = ClassDecorator & MethodDecorator

/**
 * Anybody may call this method, or every method of this class; the guard does not look at a token. On a method it overrides what
 * its class says, and a method with `@Protect` or `@Scopes` is guarded in a public class.
 */
export function Public(): Decorator {
  return annotate('Public', () => 'public')
}

/**
 * What the method, or every method of the class, requires beyond a valid token. Options on a method override those of its class,
 * but for `scope`: all scopes of both are required.
 *
 * With `optional: true` every request passes; `@AuthError()` says why one has no `@Auth()`.
 *
 * @throws TypeError that names the option
 */
export function Protect(options: RouteOptions = {}): Decorator {
  checkOptions(options)
  return annotate('Protect', (earlier) => mergeOptions(earlier, options))
}

/** Scopes that the token must have, all of them: `@Scopes('orders')`. Short for `@Protect({ scope })`. */
export function Scopes(...scope: string[]): Decorator {
  checkOptions({ scope })
  return annotate('Scopes', (earlier) => mergeOptions(earlier, { scope }))
}

/**
 * A parameter: the principal, or one member of it, as in `@Auth('subject')`. Undefined on a public route, and on an optional one
 * where the request has no valid token. In controllers, gateways and resolvers.
 */
export const Auth = createParamDecorator((member: keyof Principal | undefined, context: ExecutionContext) => {
  const principal = principalOf(context)
  return member === undefined ? principal : principal?.[member]
})

/** A parameter: why a request passed an optional route without a principal, a `GuardError`; otherwise undefined. */
export const AuthError = createParamDecorator((_: undefined, context: ExecutionContext): GuardError | undefined => {
  return admissionOf(context)?.refusal
})

/** When the class is defined, and not at its first request. Whether there is a feed is not known here. */
function checkOptions(options: RouteOptions): void {
  readRoute(options, { staleness: { after: 30, then: 'allow' }, tokens: [], hasFeed: true })
}

function annotate(name: string, ruleAfter: (earlier: RouteOptions | undefined) => Rule): Decorator {
  return (target: object, _key?: string | symbol, descriptor?: PropertyDescriptor) => {
    const owner: object = descriptor?.value ?? target
    const earlier = readOwnRule(owner)
    const isContradiction = earlier !== undefined && (earlier === 'public') !== (name === 'Public')
    if (isContradiction)
      throw new TypeError(
        `@${name}: a route cannot be public and guarded; for both, write @Protect({ optional: true })`,
      )
    setRule(owner, ruleAfter(earlier === 'public' ? undefined : earlier))
  }
}
