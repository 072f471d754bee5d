import { StoreUnavailableError } from '../store.js'

/** What a server says that cannot answer just now, by the first word of its error. */
const away = [
  ...['LOADING', 'BUSY', 'MASTERDOWN', 'READONLY', 'MISCONF', 'NOREPLICAS', 'OOM', 'UNKILLABLE'],
  ...['CLUSTERDOWN', 'TRYAGAIN', 'MOVED', 'ASK', 'NOAUTH', 'WRONGPASS'],
]
/** Redis 6 puts the word of an error in a script after its own: `ERR Error running script (...): -READONLY You can't`. */
const saysAway = new RegExp(`^(?:ERR .*-)?(${away.join('|')})\\b|max number of clients`)

/** It takes no writes, so that what it says may be old: a replica, or the primary of yesterday. */
export class NotPrimaryError extends StoreUnavailableError {}

/**
 * The error of a verb for the error of a command. What is not the server's answer is trouble on the way to it.
 *
 * ioredis hangs the command and its arguments on its errors, salts and password hashes among them: they go no further.
 */
export function errorFor(error: unknown): Error {
  const { name, message, code } = error as Error & { readonly code?: unknown }
  const cause = Object.assign(new Error(message), { name }, code === undefined ? {} : { code })
  if (name !== 'ReplyError') return new StoreUnavailableError('Redis is unavailable: no connection', { cause })
  const word = saysAway.exec(message)
  if (!word) return cause
  const Kind = word[1] === 'READONLY' ? NotPrimaryError : StoreUnavailableError
  return new Kind(`Redis is unavailable: ${word[1] ?? 'too many clients'}`, { cause })
}

export function isNoScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT')
}
