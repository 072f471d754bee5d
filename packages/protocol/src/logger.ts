/**
 * Receives warnings and errors for the operator. `console` and pino loggers fit. No message contains a token, password or
 * key.
 */
export interface Logger {
  /** A problem that does not affect requests yet. */
  warn(message: string): void
  /** A failure. */
  error(message: string): void
}
