/** As `unknownOption` of the protocol, for a page that is built for production: the name alone, without a guess at what was meant. */
export function unknownOption(options: object, known: readonly string[], _path?: string): string | undefined {
  const name = Object.keys(options).find((each) => !known.includes(each))
  return name && `unknown option \`${name}\``
}
