import { HttpException } from '@nestjs/common'
import type { GuardError } from '../../challenge.js'

/**
 * A refusal as Nest's exception filters expect it: `getStatus()` is its status, `getResponse()` the problem (RFC 9457). In
 * GraphQL, `extensions.code` is our code.
 *
 * A filter may log or count it. In HTTP the answer is fixed before a filter runs: see `SessionwardModule`.
 */
export class GuardException extends HttpException {
  /** Copied into the error of the answer (GraphQL specification, section 7.1.2). */
  readonly extensions: Readonly<Record<string, unknown>>

  /** The refusal, with its code and challenge. */
  readonly guardError: GuardError

  constructor(guardError: GuardError) {
    super({ ...guardError.problem() }, guardError.status, { cause: guardError })
    this.guardError = guardError
    this.message = guardError.message
    const { code, verdict, status } = guardError
    this.extensions = { code, verdict, status }
  }
}
