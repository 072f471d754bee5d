/**
 * Forms of hashes, for advice alone: what a kind accepts is narrower, such as a bcrypt of a cost that does not block the server.
 * PHPass and md5crypt begin with `$P$` and `$1$`, and are none of these.
 */
const forms: readonly (readonly [form: RegExp, write: string])[] = [
  [/^\$2[abxy]?\$/, 'bcrypt({ compare })'],
  [/^\$scrypt\$/, 'scrypt()'],
  [/^\$?pbkdf2/, 'pbkdf2()'],
  [/^[0-9a-f]{32}$/i, 'md5()'],
  [/^[0-9a-f]{40}$/i, 'sha1()'],
  [/^[0-9a-f]{64}$/i, 'sha256()'],
  [/^[0-9a-f]{128}$/i, 'sha512()'],
]

/** What to write into `hashes` for a stored hash of this form; undefined if the form is unknown. */
export function suggestKind(hash: string): string | undefined {
  return forms.find(([form]) => form.test(hash))?.[1]
}
