import { StoreUnavailableError } from '../store.js'

/**
 * Rejects when there is no answer within so many seconds, wherever the time went: in the pool, in a batch or in the
 * database.
 */
export function within<T>(seconds: number, answer: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new StoreUnavailableError(`PostgreSQL did not answer within ${seconds} s`)),
      seconds * 1000,
    )
    answer.then(
      (value) => {
        clearTimeout(timer)
        resolve(value)
      },
      (error) => {
        clearTimeout(timer)
        reject(error)
      },
    )
  })
}
