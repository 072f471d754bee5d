import type { Warnings } from './warnings.js'

/** Something that a guard waits for before it is ready. */
export interface Awaited {
  /** For messages to the operator, such as `the signing keys`. */
  readonly name: string
  readonly arrived: Promise<void>
  /** Why it has not arrived, where that is known. */
  reason(): string | undefined
}

/** Seconds before the operator is warned. */
const patience = 5

/**
 * Resolves once everything has arrived; warns of what has not, and again when the reason changes.
 *
 * @throws Error once `closed` is aborted, and what an `arrived` rejects with
 */
export async function whenReady(awaited: readonly Awaited[], closed: AbortSignal, warnings: Warnings): Promise<void> {
  const missing = new Set(awaited)
  // This timer also keeps the process alive while somebody waits, which the feed's own timers do not.
  const reminder = setInterval(() => warnings.warn('ready', describe([...missing])), patience * 1000)
  let close = () => {}
  const end = new Promise<never>((_, reject) => {
    close = () => reject(new Error('the guard was closed'))
  })
  closed.addEventListener('abort', close)
  if (closed.aborted) close()
  try {
    await Promise.race([end, Promise.all(awaited.map((one) => one.arrived.then(() => missing.delete(one))))])
  } finally {
    closed.removeEventListener('abort', close)
    clearInterval(reminder)
  }
}

function describe(missing: readonly Awaited[]): string {
  const parts = missing.map((one) => {
    const reason = one.reason()
    return reason === undefined ? one.name : `${one.name} (${reason})`
  })
  return `ready() is still waiting for ${parts.join(' and ')}.`
}
