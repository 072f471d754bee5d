/**
 * A node works on tables of its own version and of the next one, which only adds to them.
 *
 * @throws Error where the tables are newer than that.
 */
export function checkVersion(what: string, found: number, known: number): void {
  if (found <= known + 1) return
  throw new Error(
    `${what} has schema ${found}, and this version of the library knows ${known} and works with ${known + 1}: run a newer one`,
  )
}
