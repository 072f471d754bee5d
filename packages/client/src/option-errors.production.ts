/** What is wrong with an option, in the bundle of a page that is built for production: see `option-errors.ts`. */
export function explainOption(option: string): string {
  return `option \`${option}\` is unknown or invalid`
}
