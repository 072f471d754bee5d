import type { Timer } from '../wait.js'

export interface InterruptibleWait {
  /** Resolves after so many milliseconds, or at the next `wake`. */
  wait(milliseconds: number): Promise<void>
  wake(): void
}

/** Waits that can be ended early. */
export function interruptibleWait(timer: Timer): InterruptibleWait {
  const waiting = new Set<() => void>()
  return {
    wait: (milliseconds) =>
      new Promise((resolve) => {
        const end = () => {
          waiting.delete(end)
          cancel()
          resolve()
        }
        waiting.add(end)
        const cancel = milliseconds < Number.POSITIVE_INFINITY ? timer.after(milliseconds, end) : () => {}
      }),
    wake() {
      for (const end of [...waiting]) end()
    },
  }
}
