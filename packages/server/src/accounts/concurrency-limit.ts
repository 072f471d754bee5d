/** Runs a bounded number of tasks at once, and lets a bounded number wait. */
export interface ConcurrencyLimit {
  /** Runs `task` when its turn comes, first come, first served. */
  run<T>(task: () => Promise<T>): Promise<T>
}

/** @param full Makes the error of a call that finds the queue full. */
export function limitConcurrency(concurrency: number, queue: number, full: () => Error): ConcurrencyLimit {
  const waiting: (() => void)[] = []
  let running = 0

  const enter = async (): Promise<void> => {
    if (running < concurrency) {
      running++
      return
    }
    if (waiting.length >= queue) throw full()
    await new Promise<void>((resume) => waiting.push(resume))
  }

  const leave = (): void => {
    // The place passes to the next task without being free in between, so that no call can jump the queue.
    const next = waiting.shift()
    if (next) next()
    else running--
  }

  return {
    async run(task) {
      await enter()
      try {
        return await task()
      } finally {
        leave()
      }
    },
  }
}

/** A limit of its own for some of the tasks of another: however many they are, most of the whole stays for the others. */
export function limitShare(whole: ConcurrencyLimit, ...share: Parameters<typeof limitConcurrency>): ConcurrencyLimit {
  const part = limitConcurrency(...share)
  return { run: (task) => part.run(() => whole.run(task)) }
}
