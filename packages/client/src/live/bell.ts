import type { Timer } from '../wait.js'

export interface Bell {
  /** Resolves when the bell rings, or after so many milliseconds. */
  rest(milliseconds: number): Promise<void>
  ring(): void
}

/** Waits that can be cut short. */
export function bell(timer: Timer): Bell {
  const resting = new Set<() => void>()
  return {
    rest: (milliseconds) =>
      new Promise((resolve) => {
        const wake = () => {
          resting.delete(wake)
          cancel()
          resolve()
        }
        resting.add(wake)
        const cancel = milliseconds < Number.POSITIVE_INFINITY ? timer.after(milliseconds, wake) : () => {}
      }),
    ring() {
      for (const wake of [...resting]) wake()
    },
  }
}
