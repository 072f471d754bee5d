import { withoutUrlPasswords } from '../driver/driver-error.js'
import { StoreUnavailableError } from '../store.js'

/** An error of one statement of a command that did not end with it. */
export interface WriteError {
  readonly index: number
  readonly code: number
  readonly errmsg?: string
}

/** MongoDB's code for a key that is there already. */
export const duplicateKey = 11000

/**
 * The error that the caller sees. It does not quote the driver's message, which may contain hosts and values; the cause does.
 */
export function readable(thrown: unknown): Error {
  if (thrown instanceof StoreUnavailableError) return thrown
  const error = withoutUrlPasswords(thrown)
  if (isUnavailable(error))
    return new StoreUnavailableError(`MongoDB is unavailable: ${nameOf(error)}`, { cause: error })
  return new Error(`MongoDB refused the command: ${nameOf(error)}`, { cause: error })
}

/** Whether a command was rolled back because another was in its way: nothing of it is done. */
export function isConflict(error: unknown): boolean {
  return error instanceof StoreUnavailableError && (error.cause as { code?: unknown } | undefined)?.code === 112
}

/** The error of one statement. */
export function refused(failure: WriteError): Error {
  return readable({ name: 'MongoServerError', ...failure })
}

function isUnavailable(error: unknown): boolean {
  const { name, code, errorLabels } = (error ?? {}) as { name?: unknown; code?: unknown; errorLabels?: unknown }
  if (typeof code === 'number' && unavailableCodes.has(code)) return true
  if (Array.isArray(errorLabels) && errorLabels.some((label) => retryLabels.has(label))) return true
  // The socket's own error, of a command that was written just after the server had ended the connection.
  if (typeof code === 'string' && lostConnection.has(code)) return true
  // The other errors of the driver speak of connections, pools, server selection and time.
  return typeof name === 'string' && name.startsWith('Mongo') && !statementErrors.has(name)
}

const retryLabels: ReadonlySet<unknown> = new Set([
  'RetryableWriteError',
  'RetryableError',
  'TransientTransactionError',
  'SystemOverloadedError',
])

const lostConnection: ReadonlySet<string> = new Set(['EPIPE', 'ECONNRESET', 'ECONNREFUSED', 'ETIMEDOUT'])

/** Errors of the driver about the command that was sent. So is MongoServerError, except for the codes below. */
const statementErrors: ReadonlySet<string> = new Set([
  'MongoServerError',
  'MongoAPIError',
  'MongoInvalidArgumentError',
  'MongoMissingDependencyError',
  'MongoParseError',
])

/** error_codes.yml of MongoDB: the server, or the set that it belongs to, cannot do it now. Another time it can. */
const unavailableCodes: ReadonlySet<number> = new Set([
  // Network: HostUnreachable, HostNotFound, NetworkTimeout, SocketException, NetworkInterfaceExceededTimeLimit.
  ...[6, 7, 89, 9001, 202],
  // Shutdown: ShutdownInProgress, InterruptedAtShutdown.
  ...[91, 11600],
  // Failover: NotWritablePrimary (also its older number), PrimarySteppedDown, InterruptedDueToReplStateChange,
  // NotPrimaryNoSecondaryOk, NotPrimaryOrSecondary, FailedToSatisfyReadPreference.
  ...[10107, 10058, 189, 11602, 13435, 13436, 133],
  // Time: ExceededTimeLimit, MaxTimeMSExpired, Interrupted, CursorKilled, LockTimeout.
  ...[262, 50, 11601, 237, 24],
  // A majority that does not answer: WriteConcernTimeout, UnsatisfiableWriteConcern, ReadConcernMajorityNotAvailableYet.
  ...[64, 100, 134],
  // Shards that move: StaleShardVersion, StaleEpoch, StaleConfig.
  ...[63, 150, 13388],
  // Others at work, or too many: WriteConflict, LockBusy, ConnectionPoolExpired, ExceededMemoryLimit, rate limits of ingress.
  ...[112, 46, 317, 146, 462],
  // OutOfDiskSpace; AuthenticationFailed, while credentials are changed.
  ...[14031, 18],
])

function nameOf(error: unknown): string {
  const { name, code, codeName } = (error ?? {}) as { name?: unknown; code?: unknown; codeName?: unknown }
  const parts = [name, codeName, code].filter((part) => typeof part === 'string' || typeof part === 'number')
  return parts.join(' ') || 'an unknown error'
}
