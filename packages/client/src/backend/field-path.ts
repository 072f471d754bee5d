/** The path of a value in a JSON body, such as `data.accessToken`, or a function that returns the value. */
export type FieldPath<T = unknown> = string | ((body: never, headers: Headers) => T)

export function readField(path: FieldPath | undefined, body: unknown, headers: Headers): unknown {
  if (path === undefined) return undefined
  return typeof path === 'string' ? valueAt(path, body) : path(body as never, headers)
}

export function valueAt(path: string, body: unknown): unknown {
  let value = body
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Record<string, unknown>)[name]
  }
  return value
}
