import { type AttachableClient, attachable } from '../attach/attachable.js'
import { readClaims } from '../tokens.js'

/**
 * What the signed-in person may do, according to the `scope` of the access token, which is a hint for the page: servers
 * decide. Nothing: it is not known.
 */
export function scopeOfToken(client: AttachableClient): readonly string[] | undefined {
  const { tokens } = client[attachable].session
  const { scope } = tokens ? readClaims(tokens.accessToken) : {}
  return typeof scope === 'string' ? splitScope(scope) : undefined
}

export function splitScope(scope: string | readonly string[] = []): readonly string[] {
  return typeof scope === 'string' ? scope.split(' ').filter(Boolean) : scope
}
