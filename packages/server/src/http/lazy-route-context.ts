import type { HttpRequest } from './http-request.js'
import type { RouteContext } from './route.js'

/** A class, because the V8 of Node 20 takes ten times as long to create an object literal with a getter. */
export class LazyRouteContext implements RouteContext {
  readonly request: HttpRequest
  readonly #address: string | undefined
  readonly #addressOf: (address: string | undefined) => string | null

  constructor(
    request: HttpRequest,
    address: string | undefined,
    addressOf: (address: string | undefined) => string | null,
  ) {
    this.request = request
    this.#address = address
    this.#addressOf = addressOf
  }

  get address(): string | null {
    return this.#addressOf(this.#address)
  }
}
