/**
 * Receives warnings and errors for the operator. `console` and pino loggers fit. No message contains a token, password or
 * key.
 */
export interface Logger {
  /** Something to look at; nobody is affected yet. */
  warn(message: string): void
  /** Something that failed. */
  error(message: string): void
}
