/** What a guard decides, and what its cache returns. */
interface Decision {
  readonly principal: unknown
}

/**
 * Whether a decision is there already, and is not a promise of it. Looks for the principal: where an application has replaced
 * the global `Promise`, `instanceof` does not recognise those of async functions, and a request would pass without a principal.
 */
export function isDecided<T extends Decision>(decision: T | PromiseLike<unknown>): decision is T {
  return 'principal' in decision
}

/**
 * Calls `pass` in the same turn if the decision is there already: to wait for it costs a request more than the check itself.
 * What `pass` throws does not reach `refuse`.
 */
export function whenDecided<T extends Decision, Passed, Refused>(
  decision: T | Promise<T>,
  pass: (decision: T) => Passed,
  refuse: (error: unknown) => Refused,
): Passed | Promise<Awaited<Passed | Refused>> {
  return isDecided(decision) ? pass(decision) : Promise.resolve(decision.then(pass, refuse))
}
