import { unknownOption } from '#option-names'

/** As in `option-checks.ts`, for a page that is built for production: the name of an option, and no more. */
export function explainOption(option: string): string {
  return `\`${option}\` is invalid.`
}

/**
 * The values of the other options were checked while the page was developed.
 *
 * @param unknown The members of the options that are no options.
 * @throws TypeError for the first of those.
 */
export function checkOptions(_options: object, unknown: object): void {
  const mistake = unknownOption(unknown, [])
  if (mistake) throw new TypeError(`createClient: ${mistake}`)
}
