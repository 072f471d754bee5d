import type { Database } from './database.js'

/**
 * The database after `prepare` has succeeded: the first calls wait for it. After a failure the next call tries again.
 */
export function readied(bare: Database, prepare: () => Promise<void>): Database {
  let isReady = false
  let preparing: Promise<void> | undefined

  function ready(): Promise<void> {
    preparing ??= prepare()
      .then(() => {
        isReady = true
      })
      .finally(() => {
        preparing = undefined
      })
    return preparing
  }

  async function when<T>(act: () => Promise<T>): Promise<T> {
    if (!isReady) await bare.inTime(ready())
    return act()
  }

  return {
    ...bare,
    read: (sql, values) => when(() => bare.read(sql, values)),
    write: (sql, values) => when(() => bare.write(sql, values)),
    readOnPrimary: (sql, values) => when(() => bare.readOnPrimary(sql, values)),
    transaction: (work) => when(() => bare.transaction(work)),
    alone: (work) => when(() => bare.alone(work)),
  }
}
