/** As in `option-hint.ts`, for a page that is built for production: no hint. */
export function optionHint(): string {
  return ''
}
