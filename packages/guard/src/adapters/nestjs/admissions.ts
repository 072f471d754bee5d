import type { ExecutionContext } from '@nestjs/common'
import type { Admission } from '../../guard.js'
import type { Principal } from '../../principal.js'
import { carrierOf } from '../request-carrier.js'

type Handler = ReturnType<ExecutionContext['getHandler']>

/** For parameter decorators. The handlers of one GraphQL request, or of one socket, may have different route options. */
const admissions = new WeakMap<object, Map<Handler, Admission>>()

/** Of HTTP requests: the latest handler's, because on Express a handler may pass the request on to another. */
const latest = Symbol('sessionward.admission')

interface HandlerAdmission {
  readonly handler: Handler
  readonly admission: Admission
}

export function rememberAdmission(context: ExecutionContext, admission: Admission): void {
  const handler = context.getHandler()
  if (context.getType() === 'http') {
    carrierOf(context.getArgByIndex(0))[latest] = { handler, admission } satisfies HandlerAdmission
    return
  }
  const caller = callerOf(context)
  const ofCaller = admissions.get(caller) ?? new Map<Handler, Admission>()
  admissions.set(caller, ofCaller.set(handler, admission))
}

/** Undefined if no guard has run, as on a public route. */
export function admissionOf(context: ExecutionContext): Admission | undefined {
  const handler = context.getHandler()
  if (context.getType() !== 'http') return admissions.get(callerOf(context))?.get(handler)
  const remembered = carrierOf(context.getArgByIndex(0))[latest] as HandlerAdmission | undefined
  return remembered?.handler === handler ? remembered.admission : undefined
}

/**
 * Who makes the request, for guards and interceptors that run after `SessionwardGuard`: what `@Auth()` is in a handler. Undefined on
 * a public route, and on an optional one where the request has no valid token.
 */
export function principalOf(context: ExecutionContext): Principal | undefined {
  return admissionOf(context)?.principal
}

/** The object that represents the request in the other kinds of context: GraphQL's context, or the socket. */
function callerOf(context: ExecutionContext): object {
  return context.getType<string>() === 'graphql' ? graphqlContextOf(context) : context.getArgByIndex(0)
}

/** Resolvers get (root, args, context, info), and those of references in a federation (reference, context, info). */
export function graphqlContextOf(context: ExecutionContext): object {
  return context.getArgs().at(-2) ?? {}
}
