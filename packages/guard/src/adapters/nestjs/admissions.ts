import type { ExecutionContext } from '@nestjs/common'
import type { Admission } from '../../guard.js'

type Handler = ReturnType<ExecutionContext['getHandler']>

/**
 * Admissions by request and handler, for parameter decorators. The handlers of one GraphQL request, or of one socket, may have
 * different route options.
 */
const admissions = new WeakMap<object, Map<Handler, Admission>>()

export function rememberAdmission(context: ExecutionContext, admission: Admission): void {
  const carrier = carrierOf(context)
  const ofCarrier = admissions.get(carrier) ?? new Map<Handler, Admission>()
  admissions.set(carrier, ofCarrier.set(context.getHandler(), admission))
}

/** Undefined if no guard has run, as on a public route. */
export function admissionOf(context: ExecutionContext): Admission | undefined {
  return admissions.get(carrierOf(context))?.get(context.getHandler())
}

/** The object that represents the request in each kind of context: the request, GraphQL's context, or the socket. */
function carrierOf(context: ExecutionContext): object {
  return context.getType<string>() === 'graphql' ? graphqlContextOf(context) : context.getArgByIndex(0)
}

/** Resolvers get (root, args, context, info), and those of references in a federation (reference, context, info). */
export function graphqlContextOf(context: ExecutionContext): object {
  return context.getArgs().at(-2) ?? {}
}
