import type { Database } from './database.js'

/** What each part of the store is made from. */
export interface DriverContext {
  readonly database: Database
}

/** One JSON document from a row: always bytes of UTF-8, whatever the character set of the connection. */
export function readJson<T>(bytes: unknown): T {
  return JSON.parse(textOf(bytes)) as T
}

export function textOf(bytes: unknown): string {
  return (bytes as Buffer).toString()
}

export function writeJson(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value))
}
