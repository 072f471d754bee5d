export interface BatchOptions<Item, Result> {
  /** Does the work of all items. @returns one result for each, in their order. If it rejects, every item does. */
  readonly run: (items: readonly Item[]) => Promise<readonly Result[]>
  /** Items with the same key never share a batch. Default: no two have the same key. */
  readonly keyOf?: (item: Item) => string
  /** Items in a batch, at most. Default 200. */
  readonly maxItems?: number
  /** Batches under way at once, at most; items gather meanwhile. Default 2. */
  readonly maxConcurrent?: number
}

/**
 * Combines what the requests of one event-loop turn ask of a database into one query, because a round trip, and what client
 * and server do for each query, cost far more than one more row.
 *
 * Under load batches grow by themselves: items that cannot be sent yet gather.
 */
export function createBatch<Item, Result>(options: BatchOptions<Item, Result>): (item: Item) => Promise<Result> {
  const { run, keyOf, maxItems = 200, maxConcurrent = 2 } = options
  let waiting: Waiting<Item, Result>[] = []
  let running = 0
  let scheduled = false

  function schedule(): void {
    if (scheduled || running >= maxConcurrent) return
    scheduled = true
    // After the turn's sockets have been read, so that the requests of all of them go together.
    setImmediate(send)
  }

  function send(): void {
    scheduled = false
    while (waiting.length > 0 && running < maxConcurrent) void settle(next())
  }

  function next(): readonly Waiting<Item, Result>[] {
    const keys = new Set<string>()
    const [batch, later]: [Waiting<Item, Result>[], Waiting<Item, Result>[]] = [[], []]
    for (const one of waiting) {
      const key = keyOf?.(one.item)
      const fits = batch.length < maxItems && (key === undefined || !keys.has(key))
      if (fits && key !== undefined) keys.add(key)
      ;(fits ? batch : later).push(one)
    }
    waiting = later
    return batch
  }

  async function settle(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    running++
    try {
      const results = await run(batch.map(({ item }) => item))
      for (const [index, { resolve }] of batch.entries()) resolve(results[index]!)
    } catch (error) {
      for (const { reject } of batch) reject(error)
    } finally {
      running--
      if (waiting.length > 0) schedule()
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      schedule()
    })
}

interface Waiting<Item, Result> {
  readonly item: Item
  resolve(result: Result): void
  reject(error: unknown): void
}
