/** Runs at most so many pieces of work at once, and lets at most so many wait. */
export interface ConcurrencyLimit {
  /** Runs `work` when its turn comes, first come, first served. */
  run<T>(work: () => Promise<T>): Promise<T>
}

/** `full` makes the error for who finds the queue full. */
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
    // The place passes from one to the next without being free in between, so that nobody can jump the queue.
    const next = waiting.shift()
    if (next) next()
    else running--
  }

  return {
    async run(work) {
      await enter()
      try {
        return await work()
      } finally {
        leave()
      }
    },
  }
}
