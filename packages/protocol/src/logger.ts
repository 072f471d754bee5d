/** Where warnings for the operator go. `console` and a pino logger fit. No message ever holds a token, password or key. */
export interface Logger {
  warn(message: string): void
  error(message: string): void
}
