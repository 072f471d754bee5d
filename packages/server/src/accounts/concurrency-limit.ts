/** Runs a bounded number of tasks at once, and lets a bounded number wait. */
export interface ConcurrencyLimit {
  /** Runs `task` when its turn comes, first come, first served. A call that has waited for too long is refused then. */
  run<T>(task: () => Promise<T>): Promise<T>
}

/** Milliseconds. Clients give up a sign-in after 8 seconds, and its work would be done for nobody. */
const longestWait = 4000

/** @param full Makes the error of a call that finds the queue full, or has waited for too long. */
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
      const asked = performance.now()
      await enter()
      try {
        if (performance.now() - asked > longestWait) throw full()
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
