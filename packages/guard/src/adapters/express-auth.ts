import { IncomingMessage } from 'node:http'
import type { Request } from 'express'
import type { Admission } from '../guard.js'
import type { Principal } from '../principal.js'
import { carrierOf } from './request-carrier.js'

const principal = Symbol('sessionward.principal')

/**
 * Sets `req.auth`, and `req.authError` on an optional route.
 *
 * `auth` is a member of `express.request`, the prototype that Express documents for this, and returns the principal of its
 * request.
 */
export function setAuth(req: Request, admission: Admission): void {
  carrierOf(req)[principal] = admission.principal
  if (req.auth !== admission.principal) addAuth(req, admission.principal)
  if (admission.refusal) req.authError = admission.refusal
}

/** For the first request of an Express, and for requests that have an `auth` of something else. */
function addAuth(req: Request, value: Principal | undefined): void {
  const prototype = expressPrototypeOf(req)
  if (prototype && !('auth' in prototype)) Reflect.defineProperty(prototype, 'auth', auth)
  if (req.auth !== value) req.auth = value as Principal
}

const auth: PropertyDescriptor & ThisType<Request> = {
  configurable: true,
  enumerable: true,
  get() {
    return carrierOf(this)[principal]
  },
  set(value: unknown) {
    Reflect.defineProperty(this, 'auth', { value, configurable: true, enumerable: true, writable: true })
  },
}

/** `express.request` of the Express that serves the request: the last prototype before Node's. Undefined without Express. */
function expressPrototypeOf(req: Request): object | undefined {
  let last: object | undefined
  for (let one = Reflect.getPrototypeOf(req); one !== IncomingMessage.prototype; one = Reflect.getPrototypeOf(one)) {
    if (!one) return undefined
    last = one
  }
  return last
}
