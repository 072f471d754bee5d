import { readField } from './field-path.js'
import type { JsonBackendOptions } from './json-options.js'

/**
 * Says where no access token was found, and which fields there are. Without `code.ok`, a refusal in HTTP 200 looks the same:
 * then its message is repeated.
 *
 * @param code As the table finds it.
 */
export function explainNoToken(
  { response, body, what }: { readonly response: Response; readonly body: unknown; readonly what: string },
  code: string | undefined,
  { tokens, code: table }: JsonBackendOptions,
): string {
  const { accessToken, message = 'message' } = tokens
  const named = code === undefined ? '' : ` with code ${code}`
  const said = table?.ok === undefined && readField(message, body, response.headers)
  const words = typeof said === 'string' ? ` and says "${said}"` : ''
  const where = typeof accessToken === 'string' ? `\`${accessToken}\`` : 'what `tokens.accessToken` looks for'
  const hint = words && ' If it refuses, name the code of success in `code.ok`.'
  return `${what} answered ${response.status}${named}${words}, but brought no access token at ${where}. ${keysOf(body)}${hint}`
}

/** Names alone: values may be secret. */
function keysOf(body: unknown): string {
  const paths = pathsIn(body).slice(0, 20)
  return paths.length > 0 ? `It has: ${paths.join(', ')}.` : 'It has no fields.'
}

function pathsIn(value: unknown, depth = 3): string[] {
  if (typeof value !== 'object' || value === null || depth === 0) return []
  return Object.entries(value).flatMap(([name, inner]) => {
    const below = Array.isArray(inner) ? [] : pathsIn(inner, depth - 1)
    return below.length > 0 ? below.map((path) => `${name}.${path}`) : [name]
  })
}
