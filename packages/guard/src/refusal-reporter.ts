import type { ErrorCode } from '@sessionward/protocol'
import { type GuardRequest, isPreflight } from './binding/evidence.js'
import { GuardError } from './challenge.js'
import type { GuardConfig } from './config.js'
import { describeFailure } from './failure.js'
import type { Route } from './route.js'

/** Counts refused requests and reports them to `onRefused`. */
export class RefusalReporter {
  readonly #config: Pick<GuardConfig, 'onRefused' | 'warnings'>
  readonly #counts = new Map<ErrorCode, number>()

  constructor(config: Pick<GuardConfig, 'onRefused' | 'warnings'>) {
    this.#config = config
  }

  /** Refused requests by error code. */
  counts(): Readonly<Partial<Record<ErrorCode, number>>> {
    return Object.fromEntries(this.#counts)
  }

  /** @returns the error, so that the caller can throw it. Only a GuardError is a refusal; others are not counted. */
  report(error: unknown, { tokens }: Pick<Route, 'tokens'>, request?: GuardRequest): unknown {
    if (!(error instanceof GuardError)) return error
    this.#counts.set(error.code, (this.#counts.get(error.code) ?? 0) + 1)
    const redacted = request && tokens.reduce((current, source) => source.redact?.(current) ?? current, request)
    if (redacted && isPreflight(redacted)) this.#warnAboutPreflight()
    void this.#callHook(error, redacted)
    return error
  }

  /** The response to a preflight has no CORS headers here, so a page of another origin could read no refusal at all. */
  #warnAboutPreflight(): void {
    this.#config.warnings.once(
      'preflight',
      'a CORS preflight was refused, because preflights have no token. Mount the CORS middleware before the guard: pages of ' +
        'other origins can read refusals only then.',
    )
  }

  /** The hook is application code: it may throw, or return a promise that rejects. */
  async #callHook(error: GuardError, request: GuardRequest | undefined): Promise<void> {
    try {
      await this.#config.onRefused?.(error, request)
    } catch (failure) {
      this.#config.warnings.once('onRefused', `onRefused threw: ${describeFailure(failure)}`)
    }
  }
}
