import type { Logger } from '@sessionward/protocol'

/** @throws TypeError if the option `logger` is not a logger. */
export function readLogger(logger: Logger = console): Logger {
  if (typeof logger?.warn === 'function' && typeof logger.error === 'function') return logger
  throw new TypeError('logger must have the functions warn and error, like console or a pino logger')
}

/**
 * Formats an error as one line for the log: its name and its message, with likely secrets redacted. Messages of drivers and of the
 * application may contain URLs with passwords, and tokens. A short secret without a recognisable label is not redacted.
 */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return 'a value that is not an Error was thrown'
  // Node's AggregateError for a refused connection has a code and no message.
  const message = error.message || ((error as NodeJS.ErrnoException).code ?? 'no message')
  // Separately, so that a name such as InvalidToken does not make the message look like a labelled secret.
  const text = `${redact(error.name)}: ${redact(message)}`
  return text.length > maxLength ? `${text.slice(0, maxLength)}...` : text
}

const maxLength = 1000
/** Maximum length of a string that is searched for secrets, which bounds the cost of the patterns. */
const maxSearchedLength = 2000

/** User and password of a URL. The password may contain an unescaped @, a quote or, after a colon, a space. */
const userInfo = [/:\/\/(?:[^\s:/?#@]*:[^\r\n]*|\S*)@/g, '://***@'] as const

/** Removes the user information (RFC 3986 section 3.2.1) from the URLs in a string. */
export function withoutUserInfo(text: string): string {
  return text.replace(...userInfo)
}

const secrets: readonly (readonly [RegExp, string])[] = [
  userInfo,
  [/\b(Bearer|Basic|DPoP)\s+[^\s"',]+/gi, '$1 ***'],
  // An unquoted value may contain spaces, so it ends with the line. A value without a closing quote ends with the string.
  [
    /((?:passw(?:or)?d|pwd|secret|token|credentials?|api[-_]?key|authorization)\\*["']?\s*[=:]\s*)("(?:[^"\\]|\\(?:[\s\S]|$)|"")*(?:"|$)|'(?:[^'\\]|\\(?:[\s\S]|$)|'')*(?:'|$)|[^\r\n]+)/gi,
    '$1***',
  ],
  // Tokens and keys: other strings are rarely this long without a space or a slash.
  [/[A-Za-z0-9_\-.+=]{64,}/g, '***'],
  // The same in base64 with slashes. Without a capital letter or a plus sign it is more likely a path.
  [/(?<![A-Za-z0-9+/])(?=[a-z0-9/]*[A-Z+])[A-Za-z0-9+/]{64,}={0,2}/g, '***'],
]

function redact(value: unknown): string {
  const text = String(value)
  // Drops the last word of a truncated string, which may be half a secret that no pattern recognises.
  const searched = text.length > maxSearchedLength ? `${text.slice(0, maxSearchedLength).replace(/\S+$/, '')}...` : text
  return (
    secrets
      .reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), searched)
      // Line breaks and terminal sequences could forge lines of the log.
      .replace(/[\p{Cc}\u2028\u2029]/gu, ' ')
  )
}

/** Logs each message at most once a minute, because one fault may fail thousands of requests. */
export function createErrorLog(logger: Logger, clock: () => number = () => performance.now()) {
  const loggedAt = new Map<string, number>()
  return (message: string): void => {
    const now = clock()
    const before = loggedAt.get(message)
    if (before !== undefined && now - before < 60_000) return
    if (loggedAt.size >= maxMessages) loggedAt.clear()
    loggedAt.set(message, now)
    logger.error(message)
  }
}

const maxMessages = 100
