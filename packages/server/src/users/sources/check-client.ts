/**
 * A URL, or the client of another library, would be noticed at the first sign-in only, with an error of that library.
 *
 * @throws TypeError that says what was expected
 */
export function checkClient(name: string, given: unknown, methods: readonly string[], expected: string): void {
  const client = given as Readonly<Record<string, unknown>> | null | undefined
  if (methods.every((method) => typeof client?.[method] === 'function')) return
  throw new TypeError(`${name}: the first argument must be ${expected}`)
}
