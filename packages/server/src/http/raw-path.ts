/**
 * The path of a request, neither decoded nor resolved. Otherwise `/auth/%6cogin` and `/auth/./login` would reach an endpoint and
 * bypass a proxy's rules for its exact path.
 *
 * @param target A request target (RFC 9112 section 3.2) or a URL.
 */
export function rawPathOf(target: string): string {
  const query = target.indexOf('?')
  const end = query < 0 ? target.length : query
  if (target.startsWith('/')) return target.slice(0, end)
  const path = target.indexOf('/', target.indexOf('://') + 3)
  return target.slice(path < 0 ? end : path, end)
}
