/** Reads a claim, as a page may for show. Only a server that verifies may believe it. */
function claimsOf(token: string): { readonly exp: number; readonly iat: number } {
  return JSON.parse(atob(token.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/')))
}

/** Milliseconds since the epoch. */
export function expiryOf(token: string): number {
  return claimsOf(token).exp * 1000
}

/** Milliseconds since the epoch. */
export function issuedAt(token: string): number {
  return claimsOf(token).iat * 1000
}

/** The tenth character of the signature: of the last one not all bits count. */
export function withOneCharacterChanged(token: string): string {
  const at = token.lastIndexOf('.') + 10
  return token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
}
