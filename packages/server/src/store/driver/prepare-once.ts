/** What must succeed before the first call. */
export interface Preparation {
  /** Whether it has succeeded: then a call need not wait a turn for it. */
  isReady(): boolean
  /** Resolves when it has succeeded. Calls that come meanwhile share one attempt; after a failure the next call tries again. */
  run(): Promise<void>
  /** Makes the next call prepare again, for example after a failover. */
  invalidate(): void
}

export function prepareOnce(prepare: () => Promise<void>): Preparation {
  let ready = false
  let attempt: Promise<void> | undefined

  async function start(): Promise<void> {
    try {
      await prepare()
      ready = true
    } finally {
      attempt = undefined
    }
  }

  return {
    isReady: () => ready,
    async run() {
      if (ready) return
      attempt ??= start()
      await attempt
    },
    invalidate() {
      ready = false
    },
  }
}
