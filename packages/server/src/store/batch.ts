export interface BatchOptions<Item, Result> {
  /** Does the work of all of them, and answers one result for each, in their order. Where it rejects, all of them do. */
  readonly run: (items: readonly Item[]) => Promise<readonly Result[]>
  /** Items of one key never stand in one batch. Default: no two are of one key. */
  readonly keyOf?: (item: Item) => string
  /** Items in a batch, at most. Default 200. */
  readonly most?: number
  /** Batches under way at once, at most: others gather meanwhile. Default 2. */
  readonly atOnce?: number
}

/**
 * Puts what the requests of one event-loop turn ask of a database into one question, because its way there and back, and
 * what driver and server do for each, cost far more than one more row in it.
 *
 * Under load batches grow by themselves: what cannot be sent yet gathers.
 */
export function createBatch<Item, Result>(options: BatchOptions<Item, Result>): (item: Item) => Promise<Result> {
  const { run, keyOf, most = 200, atOnce = 2 } = options
  let waiting: Waiting<Item, Result>[] = []
  let running = 0
  let scheduled = false

  function schedule(): void {
    if (scheduled || running >= atOnce) return
    scheduled = true
    // After the turn's sockets have been read, so that the requests of all of them go together.
    setImmediate(send)
  }

  function send(): void {
    scheduled = false
    while (waiting.length > 0 && running < atOnce) void settle(next())
  }

  function next(): readonly Waiting<Item, Result>[] {
    const keys = new Set<string>()
    const [batch, later]: [Waiting<Item, Result>[], Waiting<Item, Result>[]] = [[], []]
    for (const one of waiting) {
      const key = keyOf?.(one.item)
      const fits = batch.length < most && (key === undefined || !keys.has(key))
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
