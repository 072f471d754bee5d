import { ensureStrace } from '../scripts/strace.mjs'

/** Before the unit tests: what the machine may lack. */
export function setup(): void {
  ensureStrace()
}
