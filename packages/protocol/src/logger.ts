/**
 * Receives warnings and errors for the operator. `console` and pino loggers fit. No message contains a token, password or
 * key.
 */
export interface Logger {
  warn(message: string): void
  error(message: string): void
}
