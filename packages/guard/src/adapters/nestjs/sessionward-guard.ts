import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common'
import { GuardError } from '../../challenge.js'
import type { Admission, Guard } from '../../guard.js'
import type { Route } from '../../route.js'
import { type ClosableSocket, closeOnSessionEnd } from '../../session-end.js'
import { fromNode } from '../node-request.js'
import { rememberAdmission } from './admissions.js'
import { fromGraphql, graphqlSocketOf } from './graphql-request.js'
import { GuardException } from './guard-exception.js'
import { lockResponse } from './lock-response.js'
import { routeOf } from './routes.js'
import { admitMessage } from './socket-connections.js'

/** Injects the guard of `SessionwardModule`: `@Inject(SESSIONWARD_GUARD) guard: Guard`. */
export const SESSIONWARD_GUARD = Symbol('SESSIONWARD_GUARD')

/**
 * Nest's guard for HTTP, GraphQL and the messages of WebSockets. `SessionwardModule` makes it the global one; otherwise
 * `@UseGuards(SessionwardGuard)`.
 */
export class SessionwardGuard implements CanActivate {
  readonly #guard: Guard
  readonly #sockets = new WeakSet<ClosableSocket>()

  constructor(guard: Guard) {
    this.#guard = guard
  }

  /** Checks the request as its route says. Nest calls it. */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType<string>() === 'ws') return admitMessage(context)
    const route = routeOf(this.#guard, context)
    if (route !== 'public') rememberAdmission(context, await this.#admit(context, route))
    return true
  }

  #admit(context: ExecutionContext, route: Route): Promise<Admission> {
    const type = context.getType<string>()
    if (type === 'http') return this.#admitHttp(context, route)
    if (type === 'graphql') return this.#admitGraphql(context, route)
    throw new Error(
      `SessionwardGuard: cannot guard '${type}'; mark the handler @Public() and check its caller in another way`,
    )
  }

  async #admitHttp(context: ExecutionContext, route: Route): Promise<Admission> {
    const [request, response] = [context.getArgByIndex(0), context.getArgByIndex(1)]
    // Fastify's request and reply have those of Node as `raw`.
    const raw = request.raw ?? request
    try {
      const admission = await this.#guard.admit(fromNode(raw, request.originalUrl ?? raw.url), route)
      request.auth = admission.principal
      if (admission.refusal) request.authError = admission.refusal
      if (admission.principal && isEventStream(context)) {
        closeOnSessionEnd(this.#guard, admission.principal, response.raw ?? response)
      }
      return admission
    } catch (error) {
      if (!(error instanceof GuardError)) throw error
      lockResponse(response.raw ?? response, this.#guard.refusal(error))
      throw new GuardException(error)
    }
  }

  async #admitGraphql(context: ExecutionContext, route: Route): Promise<Admission> {
    try {
      const admission = await this.#guard.admit(fromGraphql(context), route)
      this.#closeSubscriptions(admission, graphqlSocketOf(context))
      return admission
    } catch (error) {
      throw error instanceof GuardError ? new GuardException(error) : error
    }
  }

  /** All subscriptions of a socket have the token of its `connectionParams`, so one listener for the socket is enough. */
  #closeSubscriptions({ principal }: Admission, socket: ClosableSocket | undefined): void {
    if (!principal || !socket || this.#sockets.has(socket)) return
    this.#sockets.add(socket)
    closeOnSessionEnd(this.#guard, principal, socket)
  }
}

/** Whether a handler has `@Sse()`. */
function isEventStream(context: ExecutionContext): boolean {
  return Reflect.getMetadata('__sse__', context.getHandler()) === true
}

// As calls: the package is built without the syntax of decorators and its metadata.
Injectable()(SessionwardGuard)
Inject(SESSIONWARD_GUARD)(SessionwardGuard, undefined, 0)
