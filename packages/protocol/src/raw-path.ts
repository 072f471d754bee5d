/**
 * The path of a request as it was sent, neither decoded nor resolved. Endpoints are found by it: if `/auth/%6cogin` or
 * `/auth/./login` reached the endpoint `/auth/login`, a request could bypass a proxy's rule for `/auth/login`.
 *
 * @param target A request target (RFC 9112 section 3.2) or a URL.
 * @returns an empty string if it has no path.
 */
export function rawPathOf(target: string): string {
  const query = target.indexOf('?')
  const end = query < 0 ? target.length : query
  if (target.startsWith('/')) return target.slice(0, end)
  const path = target.indexOf('/', target.indexOf('://') + 3)
  return target.slice(path < 0 ? end : path, end)
}
