import type { ExecutionContext } from '@nestjs/common'
import type { Guard } from '../../guard.js'
import type { Route } from '../../route.js'
import { type Rule, readRule } from './rules.js'

/** What the decorators of one handler say. Metadata is slow to read, so it is read once. */
interface HandlerRoute {
  /** A class may inherit the handler, and have a rule of its own. */
  readonly type: object
  readonly route: Route | 'public'
  /** Whether the handler has `@Sse()`. */
  readonly isEventStream: boolean
}

/** By guard and handler. */
const cache = new WeakMap<Guard, WeakMap<object, readonly HandlerRoute[]>>()

/** @throws TypeError that names an option which the guard, or a gateway, does not take */
export function routeOf(guard: Guard, context: ExecutionContext): HandlerRoute {
  const [type, handler] = [context.getClass(), context.getHandler()]
  const ofHandler = cache.get(guard)?.get(handler) ?? []
  return ofHandler.find((one) => one.type === type) ?? readHandler(guard, context, ofHandler)
}

function readHandler(guard: Guard, context: ExecutionContext, others: readonly HandlerRoute[]): HandlerRoute {
  const [type, handler] = [context.getClass(), context.getHandler()]
  const route = toRoute(guard, readRule(context), context.getType<string>())
  const read = { type, route, isEventStream: Reflect.getMetadata('__sse__', handler) === true }
  const ofGuard = cache.get(guard) ?? new WeakMap<object, readonly HandlerRoute[]>()
  cache.set(guard, ofGuard.set(handler, [...others, read]))
  return read
}

function toRoute(guard: Guard, rule: Rule, type: string): Route | 'public' {
  if (rule === 'public') return rule
  const others = Object.keys(rule).filter((name) => name !== 'scope' && name !== 'optional')
  if (type === 'ws' && others.length > 0) {
    throw new TypeError(
      `${others[0]}: is not checked for each message of a socket; write it in the options of protectSockets`,
    )
  }
  return guard.route(rule)
}
