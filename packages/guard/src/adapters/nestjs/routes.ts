import type { ExecutionContext } from '@nestjs/common'
import type { Guard } from '../../guard.js'
import type { Route } from '../../route.js'
import { type Rule, readRule } from './rules.js'

type Routes = WeakMap<object, WeakMap<object, Route | 'public'>>

/** Cached routes by guard, class and handler. */
const cache = new WeakMap<Guard, Routes>()

/** @throws TypeError that names an option which the guard, or a gateway, does not take */
export function routeOf(guard: Guard, context: ExecutionContext): Route | 'public' {
  const [type, handler] = [context.getClass(), context.getHandler()]
  const known = cache.get(guard)?.get(type)?.get(handler)
  if (known) return known
  const ofGuard = cache.get(guard) ?? new WeakMap<object, WeakMap<object, Route | 'public'>>()
  const ofType = ofGuard.get(type) ?? new WeakMap<object, Route | 'public'>()
  const route = toRoute(guard, readRule(context), context.getType<string>())
  cache.set(guard, ofGuard.set(type, ofType.set(handler, route)))
  return route
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
