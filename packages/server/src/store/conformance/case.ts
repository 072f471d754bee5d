import type { Store } from '../store.js'

/** What a case needs of its runner. */
export interface ConformanceContext {
  /**
   * Opens the store on the database under test, which may hold what earlier cases left. Called twice, it returns two
   * stores on the same data, as two nodes would have them. Cases close what they opened.
   */
  open(): Promise<Store> | Store
}

/** One promise of the contract. It rejects with an AssertionError where the store breaks it. */
export interface ConformanceCase {
  /** The part of the store that the case is about, for drivers that supply only some. */
  readonly part: keyof Store
  /** A sentence about behaviour. */
  readonly title: string
  /** Whether it spends a second or so waiting for the store's clock. Such cases may run side by side. */
  readonly waits: boolean
  /** Runs it on an empty store. Rejects with an AssertionError that says which promise is broken. */
  run(context: ConformanceContext): Promise<void>
}

/** Two stores on the same data. */
export type Nodes = readonly [Store, Store]

/**
 * A list of cases of one part, each with two stores that are closed afterwards.
 *
 * @param waiting Titles of those that wait for the store's clock.
 */
export function casesOf<Title extends string>(
  part: keyof Store,
  checks: Readonly<Record<Title, (...nodes: Nodes) => Promise<void>>>,
  waiting: readonly NoInfer<Title>[] = [],
): readonly ConformanceCase[] {
  const entries = Object.entries(checks) as [Title, (...nodes: Nodes) => Promise<void>][]
  return entries.map(([title, check]) => ({
    part,
    title,
    waits: waiting.includes(title),
    async run(context) {
      const nodes: Nodes = [await context.open(), await context.open()]
      try {
        await check(...nodes)
      } finally {
        for (const node of nodes) await node.close()
      }
    },
  }))
}

/** Runs an act `times` over at once, in turn on each node. */
export function concurrently<T>(
  times: number,
  nodes: Nodes,
  act: (node: Store, index: number) => Promise<T>,
): Promise<T[]> {
  return Promise.all(Array.from({ length: times }, (_, index) => act(nodes[index % 2]!, index)))
}

/** Waits until the store's clock has passed an instant. */
export async function passed(store: Store, instant: number): Promise<number> {
  for (;;) {
    const now = await store.now()
    if (now > instant) return now
    // The remaining time at most, so that a wait costs the database little.
    await new Promise((resolve) => setTimeout(resolve, Math.min(instant - now + 1, 50)))
  }
}
