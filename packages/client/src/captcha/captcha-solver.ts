export interface Solved {
  readonly response: string
  /** Seconds. */
  readonly expiresIn: number
}

/** Gives one response after the other, each for one request. */
export interface Solver {
  /** `itself`: it works when it is told. `person`: it shows a task, and a person solves it at any time. */
  readonly by: 'itself' | 'person'
  solve(signal: AbortSignal): Promise<Solved>
  remove(): void
}
