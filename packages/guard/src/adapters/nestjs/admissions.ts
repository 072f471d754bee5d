import type { ExecutionContext } from '@nestjs/common'
import type { Admission } from '../../guard.js'

type Handler = ReturnType<ExecutionContext['getHandler']>

/**
 * Admissions by request and handler, for parameter decorators. The handlers of one GraphQL request, or of one socket, may have
 * different route options.
 */
const admissions = new WeakMap<object, Map<Handler, Admission>>()

/**
 * An HTTP request has one handler at a time. Not a member of the request: each request of Express has a hidden class of its own,
 * which V8 copies for every member that is added.
 */
const httpAdmissions = new WeakMap<object, { readonly handler: Handler; readonly admission: Admission }>()

export function rememberAdmission(context: ExecutionContext, admission: Admission): void {
  if (context.getType() === 'http') {
    httpAdmissions.set(context.getArgByIndex(0), { handler: context.getHandler(), admission })
    return
  }
  const carrier = carrierOf(context)
  const ofCarrier = admissions.get(carrier) ?? new Map<Handler, Admission>()
  admissions.set(carrier, ofCarrier.set(context.getHandler(), admission))
}

/** Undefined if no guard has run, as on a public route. */
export function admissionOf(context: ExecutionContext): Admission | undefined {
  if (context.getType() !== 'http') return admissions.get(carrierOf(context))?.get(context.getHandler())
  const remembered = httpAdmissions.get(context.getArgByIndex(0))
  return remembered?.handler === context.getHandler() ? remembered.admission : undefined
}

/** The object that represents the request in the other kinds of context: GraphQL's context, or the socket. */
function carrierOf(context: ExecutionContext): object {
  return context.getType<string>() === 'graphql' ? graphqlContextOf(context) : context.getArgByIndex(0)
}

/** Resolvers get (root, args, context, info), and those of references in a federation (reference, context, info). */
export function graphqlContextOf(context: ExecutionContext): object {
  return context.getArgs().at(-2) ?? {}
}
