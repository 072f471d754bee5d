import type { ExecutionContext } from '@nestjs/common'
import type { Admission } from '../../guard.js'
import type { Principal } from '../../principal.js'

type Handler = ReturnType<ExecutionContext['getHandler']>

/** For parameter decorators. The handlers of one GraphQL request, or of one socket, may have different route options. */
const admissions = new WeakMap<object, Map<Handler, Admission>>()

/**
 * Of HTTP requests: the latest handler's, because on Express a handler may pass the request on to another. Not a member of the
 * request: each request of Express has a hidden class of its own, which V8 copies for every member that is added.
 */
const httpAdmissions = new WeakMap<object, { readonly handler: Handler; readonly admission: Admission }>()

export function rememberAdmission(context: ExecutionContext, admission: Admission): void {
  const handler = context.getHandler()
  if (context.getType() === 'http') {
    httpAdmissions.set(context.getArgByIndex(0), { handler, admission })
    return
  }
  const carrier = carrierOf(context)
  const ofCarrier = admissions.get(carrier) ?? new Map<Handler, Admission>()
  admissions.set(carrier, ofCarrier.set(handler, admission))
}

/** Undefined if no guard has run, as on a public route. */
export function admissionOf(context: ExecutionContext): Admission | undefined {
  const handler = context.getHandler()
  if (context.getType() !== 'http') return admissions.get(carrierOf(context))?.get(handler)
  const latest = httpAdmissions.get(context.getArgByIndex(0))
  return latest?.handler === handler ? latest.admission : undefined
}

/**
 * Who makes the request, for guards and interceptors that run after `SessionwardGuard`: what `@Auth()` is in a handler. Undefined on
 * a public route, and on an optional one where the request has no valid token.
 */
export function principalOf(context: ExecutionContext): Principal | undefined {
  return admissionOf(context)?.principal
}

/** The object that represents the request in the other kinds of context: GraphQL's context, or the socket. */
function carrierOf(context: ExecutionContext): object {
  return context.getType<string>() === 'graphql' ? graphqlContextOf(context) : context.getArgByIndex(0)
}

/** Resolvers get (root, args, context, info), and those of references in a federation (reference, context, info). */
export function graphqlContextOf(context: ExecutionContext): object {
  return context.getArgs().at(-2) ?? {}
}
