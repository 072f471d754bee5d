import type { Logger } from '@sessionward/protocol'

/** @throws TypeError where the option `logger` is no logger. */
export function readLogger(logger: Logger = console): Logger {
  if (typeof logger?.warn === 'function' && typeof logger.error === 'function') return logger
  throw new TypeError('logger must have the functions warn and error, like console or a pino logger')
}

/**
 * An error as one line of a log: its name and its message, without what looks like a secret. Messages of drivers and of the
 * application's own code quote addresses with passwords in them, and now and then a token. A secret that nothing marks as one, such
 * as a short value in a quoted statement, is not recognised.
 */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return 'a value that is not an Error was thrown'
  // Node's AggregateError for a refused connection has a code and no message.
  const message = error.message || ((error as NodeJS.ErrnoException).code ?? 'no message')
  // Apart from each other: a name such as InvalidToken must not make the message look like its value.
  const text = `${loggable(error.name)}: ${loggable(message)}`
  return text.length > longest ? `${text.slice(0, longest)}...` : text
}

const longest = 1000
/** How much of a text is searched for secrets. It bounds the time of the patterns. */
const longestSearched = 2000

/** The user and the password of a URL. The password may hold an @, a quote or, after a colon, a space that nobody escaped. */
const userInfo = [/:\/\/(?:[^\s:/?#@]*:[^\r\n]*|\S*)@/g, '://***@'] as const

/** A text without the user information of the URLs in it (RFC 3986 section 3.2.1). */
export function withoutUserInfo(text: string): string {
  return text.replace(...userInfo)
}

const secrets: readonly (readonly [RegExp, string])[] = [
  userInfo,
  [/\b(Bearer|Basic|DPoP)\s+[^\s"',]+/gi, '$1 ***'],
  // A value without quotes may hold spaces, so it ends with the line. One whose closing quote is missing ends with the text.
  [
    /((?:passw(?:or)?d|pwd|secret|token|credentials?|api[-_]?key|authorization)\\*["']?\s*[=:]\s*)("(?:[^"\\]|\\(?:[\s\S]|$)|"")*(?:"|$)|'(?:[^'\\]|\\(?:[\s\S]|$)|'')*(?:'|$)|[^\r\n]+)/gi,
    '$1***',
  ],
  // A token, a key or a seal: nothing else is so long without a space or a slash.
  [/[A-Za-z0-9_\-.+=]{64,}/g, '***'],
  // The same in base64 with slashes. What has no capital letter and no plus sign is rather a path.
  [/(?<![A-Za-z0-9+/])(?=[a-z0-9/]*[A-Z+])[A-Za-z0-9+/]{64,}={0,2}/g, '***'],
]

function loggable(value: unknown): string {
  const text = String(value)
  // The last piece of a text that was cut may be half a secret, which no pattern recognises.
  const searched = text.length > longestSearched ? `${text.slice(0, longestSearched).replace(/\S+$/, '')}...` : text
  return (
    secrets
      .reduce((result, [pattern, instead]) => result.replace(pattern, instead), searched)
      // A line break or a terminal sequence would forge lines of the log.
      .replace(/[\p{Cc}\u2028\u2029]/gu, ' ')
  )
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
