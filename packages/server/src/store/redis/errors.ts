import { withoutUrlPasswords } from '../driver/driver-error.js'
import { StoreUnavailableError } from '../store.js'

/** First words of the errors of a server that is temporarily unavailable. */
const unavailable = [
  ...['LOADING', 'BUSY', 'MASTERDOWN', 'READONLY', 'MISCONF', 'NOREPLICAS', 'OOM', 'UNKILLABLE'],
  ...['CLUSTERDOWN', 'TRYAGAIN', 'MOVED', 'ASK', 'NOAUTH', 'WRONGPASS'],
]
/** Redis 6 puts the error of a script after its own: `ERR Error running script (...): -READONLY You can't`. */
const unavailableError = new RegExp(`^(?:ERR .*-)?(${unavailable.join('|')})\\b|max number of clients`)

/** The server accepts no writes, so its answers may be old: a replica, or a former primary. */
export class NotPrimaryError extends StoreUnavailableError {}

/**
 * The error that the caller sees. An error that is not an answer of the server is one of the connection.
 *
 * ioredis attaches the command and its arguments to its errors, among them salts and password hashes: they are left out.
 */
export function failureOf(thrown: unknown): Error {
  const { name, message, code } = withoutUrlPasswords(thrown) as Error & { readonly code?: unknown }
  const cause = Object.assign(new Error(message), { name }, code === undefined ? {} : { code })
  if (name !== 'ReplyError') return new StoreUnavailableError('Redis is unavailable: no connection', { cause })
  const refusal = unavailableError.exec(message)
  if (!refusal) return cause
  const Kind = refusal[1] === 'READONLY' ? NotPrimaryError : StoreUnavailableError
  return new Kind(`Redis is unavailable: ${refusal[1] ?? 'too many clients'}`, { cause })
}
