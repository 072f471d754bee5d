/** Maximum length of a password in bytes of UTF-8, which limits the cost of hashing. */
export const maxPasswordBytes = 1024

export function isTooLong(password: string): boolean {
  return Buffer.byteLength(password) > maxPasswordBytes
}
