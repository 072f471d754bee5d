/** A document, as it is sent and as it comes back. */
export type Document = Readonly<Record<string, unknown>>

/**
 * What the store uses of a `Db` of the package mongodb, which `client.db(name)` returns.
 *
 * @external mongodb
 */
export interface MongodbDatabase {
  command(command: Document, options: MongodbOptions): Promise<Document>
  collection(name: string): {
    aggregate(pipeline: Document[], options: MongodbOptions & Document): { toArray(): Promise<Document[]> }
  }
}

/** Options of every command, so that the defaults of the client do not matter. */
export interface MongodbOptions {
  readonly readPreference: 'primary'
  readonly signal: AbortSignal
  readonly promoteValues: true
  readonly promoteLongs: true
  readonly promoteBuffers: true
  readonly useBigInt64: false
  readonly raw: false
}

export function isDatabase(given: unknown): given is MongodbDatabase {
  const { command, collection } = (given ?? {}) as Partial<MongodbDatabase>
  return typeof command === 'function' && typeof collection === 'function'
}
