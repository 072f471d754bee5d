import { IncomingMessage } from 'node:http'
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common'
import { GuardError } from '../../challenge.js'
import { whenDecided } from '../../decision.js'
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
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const type = context.getType<string>()
    if (type === 'ws') return admitMessage(context)
    const { route, isEventStream } = routeOf(this.#guard, context)
    if (route === 'public') return true
    if (type === 'http') return this.#admitHttp(context, route, isEventStream)
    if (type === 'graphql') return this.#admitGraphql(context, route)
    throw new Error(
      `SessionwardGuard: cannot guard '${type}'; mark the handler @Public() and check its caller in another way`,
    )
  }

  #admitHttp(context: ExecutionContext, route: Route, isEventStream: boolean): boolean | Promise<boolean> {
    const [request, response] = [context.getArgByIndex(0), context.getArgByIndex(1)]
    const raw = nodeRequestOf(request)
    return whenDecided(
      this.#guard.admit(fromNode(raw, request.originalUrl ?? raw.url), route),
      (admission) => {
        if (isEventStream && admission.principal) {
          closeOnSessionEnd(this.#guard, admission.principal, response.raw ?? response)
        }
        return pass(context, admission)
      },
      (error) => {
        if (error instanceof GuardError) lockResponse(response.raw ?? response, this.#guard.refusal(error))
        throw toException(error)
      },
    )
  }

  #admitGraphql(context: ExecutionContext, route: Route): boolean | Promise<boolean> {
    return whenDecided(
      this.#guard.admit(fromGraphql(context), route),
      (admission) => {
        this.#closeSubscriptions(admission, graphqlSocketOf(context))
        return pass(context, admission)
      },
      (error) => {
        throw toException(error)
      },
    )
  }

  /** All subscriptions of a socket have the token of its `connectionParams`, so one listener for the socket is enough. */
  #closeSubscriptions({ principal }: Admission, socket: ClosableSocket | undefined): void {
    if (!principal || !socket || this.#sockets.has(socket)) return
    this.#sockets.add(socket)
    closeOnSessionEnd(this.#guard, principal, socket)
  }
}

/**
 * Fastify's request has that of Node as `raw`. A member that is not there is slow to look for, because each request of Express has
 * a hidden class of its own.
 */
function nodeRequestOf(request: IncomingMessage | { readonly raw?: IncomingMessage }): IncomingMessage {
  if (request instanceof IncomingMessage) return request
  // An emulated request, such as that of a serverless function, is of no such class either.
  return request.raw ?? (request as IncomingMessage)
}

function pass(context: ExecutionContext, admission: Admission): true {
  rememberAdmission(context, admission)
  return true
}

function toException(error: unknown): unknown {
  return error instanceof GuardError ? new GuardException(error) : error
}

// As calls: the package is built without the syntax of decorators and its metadata.
Injectable()(SessionwardGuard)
Inject(SESSIONWARD_GUARD)(SessionwardGuard, undefined, 0)
