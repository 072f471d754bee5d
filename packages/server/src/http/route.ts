import type { Answer } from './answer.js'
import type { HttpRequest } from './http-request.js'

/** One endpoint. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  /** Name in the metadata document. Endpoints without one are not listed there. */
  readonly name?: string
  handle(call: RouteContext): Promise<Answer> | Answer
}

/** A request and the address that it came from. */
export interface RouteContext {
  readonly request: HttpRequest
  /** Network address of the client; null if unknown. Reading it may log a warning. */
  readonly address: string | null
}

/** Reports an unexpected error to the operator. */
export type Report = (error: unknown) => void
