import type { createSignIn } from '../accounts/sign-in.js'
import type { Answer } from './answer.js'
import type { HttpRequest } from './http-request.js'

/** One endpoint: a value, one file each. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  /** Its name in the metadata; endpoints without one are not advertised there. */
  readonly name?: string
  handle(call: Call): Promise<Answer> | Answer
}

/** One request, and where it came from. */
export interface Call {
  readonly request: HttpRequest
  /** Network address of the client; null where it is not known. Reading it may warn the operator. */
  readonly address: string | null
}

/** What people do with a password. */
export type People = ReturnType<typeof createSignIn>

/** Reports an unexpected error to the operator. */
export type Report = (error: unknown) => void
