import type { ExecutionContext } from '@nestjs/common'
import { GuardError } from '../../challenge.js'
import type { Admission } from '../../guard.js'
import type { Principal } from '../../principal.js'

type Handler = ReturnType<ExecutionContext['getHandler']>

/** For parameter decorators. The handlers of one GraphQL request, or of one socket, may have different route options. */
const admissions = new WeakMap<object, Map<Handler, Admission>>()

/** Those that guards have set as `request.auth`, which other middleware, such as express-jwt, sets too. */
const principals = new WeakSet<Principal>()

/** What a guard sets on an HTTP request, for decorators, interceptors and filters alike. */
interface GuardedRequest {
  auth?: Principal | undefined
  authError?: unknown
}

/** On an HTTP request, which has one handler, without a map: that would cost more than the check of a known token. */
export function rememberAdmission(context: ExecutionContext, admission: Admission): void {
  if (context.getType() === 'http') {
    const request: GuardedRequest = context.getArgByIndex(0)
    request.auth = admission.principal
    if (admission.principal) principals.add(admission.principal)
    if (admission.refusal) request.authError = admission.refusal
    return
  }
  const carrier = carrierOf(context)
  const ofCarrier = admissions.get(carrier) ?? new Map<Handler, Admission>()
  admissions.set(carrier, ofCarrier.set(context.getHandler(), admission))
}

/** Undefined if no guard has run, as on a public route. */
export function admissionOf(context: ExecutionContext): Admission | undefined {
  if (context.getType() !== 'http') return admissions.get(carrierOf(context))?.get(context.getHandler())
  const { auth, authError }: GuardedRequest = context.getArgByIndex(0)
  if (auth && principals.has(auth)) return { principal: auth }
  return authError instanceof GuardError ? { principal: undefined, refusal: authError } : undefined
}

/** The object that represents the request in the other kinds of context: GraphQL's context, or the socket. */
function carrierOf(context: ExecutionContext): object {
  return context.getType<string>() === 'graphql' ? graphqlContextOf(context) : context.getArgByIndex(0)
}

/** Resolvers get (root, args, context, info), and those of references in a federation (reference, context, info). */
export function graphqlContextOf(context: ExecutionContext): object {
  return context.getArgs().at(-2) ?? {}
}
