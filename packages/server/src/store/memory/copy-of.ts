/**
 * A copy that shares nothing with the original, for plain values and bytes.
 *
 * Not structuredClone: of a small Buffer it copies the whole pool that the Buffer was cut from, other people's bytes too.
 */
export function copyOf<T>(value: T): T {
  return copy(value) as T
}

function copy(value: unknown): unknown {
  if (value instanceof Uint8Array) return new Uint8Array(value)
  if (Array.isArray(value)) return value.map(copy)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, copy(member)]))
}
