/**
 * Arrays in PostgreSQL's binary form, which the client sends as they are (a Buffer is a binary parameter): no quoting,
 * no hex, and 0.4 us for what a confirmation writes, where the client takes 1.5 for arrays of values (Node 20).
 *
 * Dimensions(i32) | has nulls(i32) | type of the elements(u32) | length(i32) | first index(i32), then each as
 * length(i32) | bytes
 */
const oid = { bytea: 17, int8: 20, text: 25 } as const
const header = 20

export function bigintArray(values: readonly number[]): Buffer {
  const bytes = begin(oid.int8, values.length, values.length * 12)
  let end = header
  for (const value of values) {
    end = bytes.writeInt32BE(8, end)
    end = bytes.writeInt32BE(Math.floor(value / 0x1_0000_0000), end)
    end = bytes.writeUInt32BE(value >>> 0, end)
  }
  return bytes
}

export function byteaArray(values: readonly Uint8Array[]): Buffer {
  return array(oid.bytea, values)
}

export function textArray(values: readonly string[]): Buffer {
  return array(
    oid.text,
    values.map((value) => Buffer.from(value)),
  )
}

function array(type: number, values: readonly Uint8Array[]): Buffer {
  const size = values.reduce((sum, value) => sum + 4 + value.length, 0)
  const bytes = begin(type, values.length, size)
  let end = header
  for (const value of values) {
    end = bytes.writeInt32BE(value.length, end)
    bytes.set(value, end)
    end += value.length
  }
  return bytes
}

function begin(type: number, length: number, size: number): Buffer {
  const bytes = Buffer.alloc(header + size)
  bytes.writeInt32BE(1, 0)
  bytes.writeUInt32BE(type, 8)
  bytes.writeInt32BE(length, 12)
  bytes.writeInt32BE(1, 16)
  return bytes
}
