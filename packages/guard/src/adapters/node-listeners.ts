import type { IncomingMessage, ServerResponse } from 'node:http'
import type { GuardError } from '../challenge.js'
import type { Principal } from '../principal.js'

/** Answers a request that passed. */
export type ProtectedListener<Req extends IncomingMessage, Res extends ServerResponse> = (
  request: Req,
  response: Res,
  principal: Principal,
) => unknown

/** Answers a request that passed an optional route: with its principal, or with the reason why it has none. */
export type OptionalListener<Req extends IncomingMessage, Res extends ServerResponse> = (
  request: Req,
  response: Res,
  principal: Principal | undefined,
  authError: GuardError | undefined,
) => unknown

/** Answers a request after an unexpected error. */
export type ErrorListener<Req extends IncomingMessage, Res extends ServerResponse> = (
  error: unknown,
  request: Req,
  response: Res,
) => void

/** Prints the error to the console, and answers 500, or closes the connection if the response has begun. */
export function answerError(error: unknown, _request: IncomingMessage, response: ServerResponse): void {
  console.error(error)
  if (response.headersSent) response.destroy()
  else response.writeHead(500, { 'cache-control': 'no-store' }).end()
}
