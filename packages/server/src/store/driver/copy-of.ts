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
  // A spread copies all strings and numbers at once: to copy each member by itself costs three times as much.
  const copied: Record<string, unknown> = { ...value }
  for (const name in copied) {
    const member = copied[name]
    if (typeof member !== 'object' || member === null) continue
    // An assignment to __proto__ would set the prototype.
    if (name === '__proto__') Object.defineProperty(copied, name, { value: copy(member), ...ordinary })
    else copied[name] = copy(member)
  }
  return copied
}

const ordinary = { writable: true, enumerable: true, configurable: true } as const
