import type { Logger } from '@sessionward/protocol'

/** @throws TypeError where the option `logger` is no logger. */
export function readLogger(logger: Logger = console): Logger {
  if (typeof logger?.warn === 'function' && typeof logger.error === 'function') return logger
  throw new TypeError('logger must have the functions warn and error, like console or a pino logger')
}

/**
 * An error as a log may hold it: its name and its message, without what looks like a secret. Messages of drivers and of the
 * application's own code quote addresses with passwords in them, and now and then a token.
 */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return 'a value that is not an Error was thrown'
  // Node's AggregateError for a refused connection has a code and no message.
  const message = error.message || String((error as NodeJS.ErrnoException).code ?? 'no message')
  const text = `${error.name}: ${withoutSecrets(message)}`
  return text.length > longest ? `${text.slice(0, longest)}...` : text
}

const longest = 1000

const secrets: readonly (readonly [RegExp, string])[] = [
  // The password of a URL. It may hold an @ that nobody escaped.
  [/:\/\/[^\s"'<>]*@/g, '://***@'],
  [/\b(Bearer|Basic|DPoP)\s+[^\s"',]+/gi, '$1 ***'],
  [
    /((?:passw(?:or)?d|pwd|secret|token|credentials?|api[-_]?key|authorization)["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s,;&}]+)/gi,
    '$1***',
  ],
  // A token, a key or a seal: nothing else is so long without a space or a slash.
  [/[A-Za-z0-9_\-.+=]{64,}/g, '***'],
]

function withoutSecrets(text: string): string {
  return secrets.reduce((result, [pattern, instead]) => result.replace(pattern, instead), text)
}

/** Logs each message at most once a minute: under load one fault fails thousands of requests. */
export function createErrorLog(logger: Logger, clock: () => number = () => performance.now()) {
  const loggedAt = new Map<string, number>()
  return (message: string): void => {
    const now = clock()
    const before = loggedAt.get(message)
    if (before !== undefined && now - before < 60_000) return
    if (loggedAt.size >= maximumRemembered) loggedAt.clear()
    loggedAt.set(message, now)
    logger.error(message)
  }
}

const maximumRemembered = 100
