import type { IncomingMessage } from 'node:http'
import type { ExecutionContext } from '@nestjs/common'
import type { GuardRequest } from '../../binding/evidence.js'
import type { ClosableSocket } from '../../session-end.js'
import { fromNode } from '../node-request.js'
import { graphqlContextOf } from './admissions.js'

/** The members of a resolver's context that the drivers use; each driver has its own names. */
interface GraphqlContext {
  readonly req?: unknown
  readonly request?: unknown
  readonly reply?: unknown
  readonly extra?: unknown
  readonly connectionParams?: unknown
  /** Mercurius. */
  readonly _connectionInit?: unknown
  /** Mercurius, with `subscription: { context: (socket) => ({ socket }) }`. */
  readonly socket?: unknown
}

/**
 * The request of a resolver, with any driver: of Apollo, Mercurius and GraphQL Yoga over HTTP, and of graphql-ws. A browser cannot
 * set headers on a socket, so for a subscription `authorization` in `connectionParams` stands for the header.
 */
export function fromGraphql(context: ExecutionContext): GuardRequest {
  const gql = graphqlContextOf(context) as GraphqlContext
  const authorization = authorizationOf(gql)
  const found = findRequest(gql)
  const request = found ? fromNode(found) : { method: 'GET', url: '/', headers: {} }
  return authorization === undefined ? request : { ...request, headers: { authorization } }
}

/** The WebSocket of a subscription, where the driver gives it: of graphql-ws, and of Mercurius if it is asked to. */
export function graphqlSocketOf(context: ExecutionContext): ClosableSocket | undefined {
  const { socket, extra, req } = graphqlContextOf(context) as GraphqlContext
  const candidates = [socket, member(extra, 'socket'), member(member(req, 'extra'), 'socket')]
  return candidates.find((one) => typeof member(one, 'addEventListener') === 'function') as ClosableSocket | undefined
}

function findRequest({ req, request, reply, extra }: GraphqlContext): IncomingMessage | undefined {
  const candidates = [
    req,
    request,
    member(reply, 'request'),
    member(extra, 'request'),
    member(member(req, 'extra'), 'request'),
  ]
  const nodes = candidates.map((candidate) => member(candidate, 'raw') ?? candidate)
  return nodes.find((node) => member(node, 'headers') !== undefined && typeof member(node, 'method') === 'string') as
    | IncomingMessage
    | undefined
}

function authorizationOf({ connectionParams, _connectionInit, req, extra }: GraphqlContext): string | undefined {
  const places = [connectionParams, member(req, 'connectionParams'), member(extra, 'connectionParams'), _connectionInit]
  const params = places.find((place) => typeof place === 'object' && place !== null)
  // Some clients nest them, as Mercurius expects them.
  const entries = [params, member(params, 'headers')].flatMap((one) => Object.entries(one ?? {}))
  const values = entries.filter(([name, value]) => /^authorization$/i.test(name) && typeof value === 'string')
  return values[0]?.[1] as string | undefined
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}
