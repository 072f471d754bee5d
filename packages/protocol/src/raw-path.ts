/**
 * The path of a request as it was sent, neither decoded nor resolved. Endpoints are found by it, so that `/auth/%6cogin` and
 * `/auth/./login` do not reach the endpoint `/auth/login`, past a proxy's rule for `/auth/login`.
 *
 * @param target A request target (RFC 9112 section 3.2) or a URL.
 * @returns an empty string for a target without a path, such as `*` or `https://auth.example.com`.
 */
export function rawPathOf(target: string): string {
  const query = target.indexOf('?')
  const end = query < 0 ? target.length : query
  if (target.startsWith('/')) return target.slice(0, end)
  const path = target.indexOf('/', target.indexOf('://') + 3)
  return target.slice(path < 0 ? end : path, end)
}
