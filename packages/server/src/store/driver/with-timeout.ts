import { StoreUnavailableError } from '../store.js'

/**
 * The answer, or a rejection after so many seconds, wherever the time went: in the pool, in a batch or in the database. The
 * work itself goes on.
 *
 * @param database As the message names it, such as `PostgreSQL`.
 */
export function withTimeout<T>(seconds: number, database: string, answer: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new StoreUnavailableError(`${database} did not answer within ${seconds} s`)),
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
