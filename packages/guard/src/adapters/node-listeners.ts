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
