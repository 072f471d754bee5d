import type { ExecutionContext } from '@nestjs/common'
import type { Admission } from '../../guard.js'

type Handler = ReturnType<ExecutionContext['getHandler']>

/**
 * Admissions by request and handler, for parameter decorators. The handlers of one GraphQL request, or of one socket, may have
 * different route options.
 */
const admissions = new WeakMap<object, Map<Handler, Admission>>()

/** An HTTP request has one handler at a time. A member of the request is much cheaper than an entry of a WeakMap. */
const httpAdmission = Symbol('sessionward:admission')

interface HttpRequest {
  [httpAdmission]?: { readonly handler: Handler; readonly admission: Admission }
}

export function rememberAdmission(context: ExecutionContext, admission: Admission): void {
  if (context.getType() === 'http') {
    context.getArgByIndex<HttpRequest>(0)[httpAdmission] = { handler: context.getHandler(), admission }
    return
  }
  const carrier = carrierOf(context)
  const ofCarrier = admissions.get(carrier) ?? new Map<Handler, Admission>()
  admissions.set(carrier, ofCarrier.set(context.getHandler(), admission))
}

/** Undefined if no guard has run, as on a public route. */
export function admissionOf(context: ExecutionContext): Admission | undefined {
  if (context.getType() !== 'http') return admissions.get(carrierOf(context))?.get(context.getHandler())
  const remembered = context.getArgByIndex<HttpRequest>(0)[httpAdmission]
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
