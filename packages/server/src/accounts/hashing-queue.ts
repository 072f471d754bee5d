/** Runs a limited number of tasks at the same time, and queues a limited number. */
export interface ConcurrencyLimit {
  /** Runs `task` in first-in, first-out order. Rejects if it had to wait too long. */
  run<T>(task: () => Promise<T>): Promise<T>
}

/** Milliseconds. Clients abort a sign-in after 8 seconds, so later work would be wasted. */
const maxWait = 4000

/** @param createError Creates the error of a call that finds the queue full or has waited too long. */
export function createConcurrencyLimit(concurrency: number, queue: number, createError: () => Error): ConcurrencyLimit {
  const waiting: (() => void)[] = []
  let running = 0

  const acquire = async (): Promise<void> => {
    if (running < concurrency) {
      running++
      return
    }
    if (waiting.length >= queue) throw createError()
    await new Promise<void>((resume) => waiting.push(resume))
  }

  const release = (): void => {
    // The slot passes directly to the next task, so that no new call can jump the queue.
    const next = waiting.shift()
    if (next) next()
    else running--
  }

  return {
    async run(task) {
      const queuedAt = performance.now()
      await acquire()
      try {
        if (performance.now() - queuedAt > maxWait) throw createError()
        return await task()
      } finally {
        release()
      }
    },
  }
}

/** A smaller limit within another one, for a kind of task that must leave capacity to the others. */
export function createNestedLimit(
  outer: ConcurrencyLimit,
  ...share: Parameters<typeof createConcurrencyLimit>
): ConcurrencyLimit {
  const inner = createConcurrencyLimit(...share)
  return { run: (task) => inner.run(() => outer.run(task)) }
}
