import { IncomingMessage } from 'node:http'
import type { Request } from 'express'
import type { Admission } from '../guard.js'
import type { Principal } from '../principal.js'

/** By response, which a proxy of the request, or an object derived from it, has as well. */
const principals = new WeakMap<object, Principal | undefined>()

/**
 * Sets `req.auth`, and `req.authError` on an optional route.
 *
 * Before Node 24, each request of Express has a hidden class of its own, because Express changes its prototype; V8 copies the
 * class for every member that is added, which takes longer than the check of a cached token. So `auth` becomes a member of
 * `express.request`, the prototype that Express documents for this, and returns the principal of its request.
 */
export function setAuth(req: Request, { principal, refusal }: Admission): void {
  if (req.res) principals.set(req.res, principal)
  if (req.auth !== principal) addAuth(req, principal)
  if (refusal) req.authError = refusal
}

/** For the first request of an Express, and for requests that have an `auth` of something else. */
function addAuth(req: Request, principal: Principal | undefined): void {
  const prototype = expressPrototypeOf(req)
  if (prototype && !('auth' in prototype)) Reflect.defineProperty(prototype, 'auth', auth)
  if (req.auth !== principal) req.auth = principal as Principal
}

const auth: PropertyDescriptor & ThisType<Request> = {
  configurable: true,
  enumerable: true,
  get() {
    return this.res && principals.get(this.res)
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
