import { withTimeout } from '../driver/with-timeout.js'
import type { PostgresConnection, PostgresPool } from './client.js'
import { failureOf } from './errors.js'

/**
 * A connection of its own. One that comes after the time limit is released.
 *
 * @param stopped Says that it is not wanted any more.
 */
export async function connectionOf(
  pool: PostgresPool,
  seconds: number,
  stopped?: AbortSignal,
): Promise<PostgresConnection> {
  const connecting = pool.connect()
  try {
    return await withTimeout(seconds, 'PostgreSQL', stopped ? rejectOnAbort(stopped, connecting) : connecting)
  } catch (error) {
    connecting.then((late) => late.release()).catch(() => {})
    throw failureOf(error)
  }
}

/**
 * The answer, or a rejection as soon as it is over. Unlike Promise.race it leaves nothing behind on what lives long.
 */
export function rejectOnAbort<T>(over: AbortSignal, answer: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const end = () => reject(new Error('the connection was closed'))
    over.addEventListener('abort', end, { once: true })
    if (over.aborted) end()
    answer.then(resolve, reject).finally(() => over.removeEventListener('abort', end))
  })
}
