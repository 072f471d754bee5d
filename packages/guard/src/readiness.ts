import type { Warnings } from './warnings.js'

/** Something that a guard waits for before it is ready. */
export interface ReadinessCondition {
  /** For messages to the operator, such as `the signing keys`. */
  readonly name: string
  readonly ready: Promise<void>
  /** Why it is not ready yet, if known. */
  reason(): string | undefined
}

/** Seconds between warnings about what is missing. */
const warnAfter = 5

/**
 * Resolves when all conditions are ready. Meanwhile warns about those that are not, and again when the reason changes.
 *
 * @throws Error when `closed` is aborted, or the rejection of a condition
 */
export async function whenReady(
  awaited: readonly ReadinessCondition[],
  closed: AbortSignal,
  warnings: Warnings,
): Promise<void> {
  const missing = new Set(awaited)
  // Not unref'd: it keeps the process alive during `ready()`, which the timers of the feed do not.
  const reminder = setInterval(() => warnings.warn('ready', describe([...missing])), warnAfter * 1000)
  let close = () => {}
  const end = new Promise<never>((_, reject) => {
    close = () => reject(new Error('the guard was closed'))
  })
  closed.addEventListener('abort', close)
  if (closed.aborted) close()
  try {
    await Promise.race([end, Promise.all(awaited.map((one) => one.ready.then(() => missing.delete(one))))])
  } finally {
    closed.removeEventListener('abort', close)
    clearInterval(reminder)
  }
}

function describe(missing: readonly ReadinessCondition[]): string {
  const parts = missing.map((one) => {
    const reason = one.reason()
    return reason === undefined ? one.name : `${one.name} (${reason})`
  })
  return `ready() is still waiting for ${parts.join(' and ')}.`
}
