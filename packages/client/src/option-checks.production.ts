import { unknownOption } from '#option-names'

/** As in `option-checks.ts`, for a page that is built for production: the name of an option, and no more. */
export function explainOption(option: string): string {
  return `\`${option}\` is invalid.`
}

const names =
  'server origins basePath clientId transport onReauth patience live keepAlive timeouts vault environment'.split(' ')

/**
 * The values of the other options were checked while the page was developed.
 *
 * @throws TypeError for an unknown option.
 */
export function checkOptions(options: object): void {
  const unknown = unknownOption(options, names)
  if (unknown) throw new TypeError(`createClient: ${unknown}`)
}
