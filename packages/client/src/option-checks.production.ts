/** As in `option-checks.ts`, for a page that is built for production: the name of an option, and no more. */
export function explainOption(option: string): string {
  return `\`${option}\` is invalid.`
}

/** The other options were checked while the page was developed. */
export function checkOptions(): void {}
