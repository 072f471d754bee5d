const minSecretBytes = 32
const minDistinctBytes = 12

/** Words of placeholders in documents and templates. About one in two million random base64 secrets contains one. */
const placeholder = /change|secret|password|example|replace|placeholder|production|development/i

/** Words and short numbers only. */
const phrase = /^(?:[A-Z]?[a-z]+|[A-Z]+|\d{1,4})(?:[-_.,: ]+(?:[A-Z]?[a-z]+|[A-Z]+|\d{1,4}))*[.!?]*$/

/**
 * Returns the bytes of a secret.
 *
 * @throws TypeError if it is missing, short, or plainly not random: fewer than 12 different bytes, a word from placeholders
 * (such as "change" or "secret"), or a phrase. Other strings that a person made up are not recognised.
 */
export function requireStrongSecret(secret: string | Uint8Array | undefined, option: string): Uint8Array {
  const bytes = typeof secret === 'string' ? Buffer.from(secret, 'utf8') : secret
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`${option} is missing: expected at least 32 random bytes`)
  if (bytes.length < minSecretBytes) {
    throw new TypeError(
      `${option} is too short: it has ${bytes.length} bytes, expected at least ${minSecretBytes} random bytes`,
    )
  }
  if (new Set(bytes).size < minDistinctBytes) {
    throw new TypeError(`${option} is not random: expected random bytes, such as from "openssl rand -base64 48"`)
  }
  const text = Buffer.from(bytes).toString('latin1')
  if (/^[ -~]*$/.test(text) && (placeholder.test(text) || phrase.test(text))) {
    throw new TypeError(
      `${option} is a placeholder or a phrase: expected random bytes, such as from "openssl rand -base64 48"`,
    )
  }
  return bytes
}

/** @throws TypeError if the secret is missing or empty, for example because an environment variable is not set. */
export function requirePresent(secret: unknown, option: string, hint = ''): void {
  if (secret !== undefined && secret !== null && secret !== '') return
  const found = secret === '' ? 'empty' : String(secret)
  throw new TypeError(`${option} is missing (${found}): is the environment variable set?${hint}`)
}

export const generateHint = ' Make one with "openssl rand -base64 48"'
