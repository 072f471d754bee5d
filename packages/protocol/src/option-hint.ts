// Bundlers leave this file out of a page that is built for production, by the export condition of that name: it gets
// `option-hint.production.ts`. Node.js knows no such condition.

/** Which name was meant, or which names there are. */
export function optionHint(name: string, known: readonly string[], prefix: string): string {
  const close = known.find((each) => isSimilar(each.toLowerCase(), name.toLowerCase()))
  return close ? `; did you mean \`${prefix}${close}\`?` : `; expected ${known.join(', ')}`
}

/** Whether one name is a prefix of the other, or both have the same letters except one each. */
function isSimilar(one: string, other: string): boolean {
  const missing = (letters: string, name: string) => [...letters].filter((letter) => !name.includes(letter)).length
  return one.startsWith(other) || other.startsWith(one) || (missing(one, other) < 2 && missing(other, one) < 2)
}
