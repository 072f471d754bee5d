/**
 * What the driver uses of ioredis: a `Redis` and a `Cluster` both fit. Everything goes through `call`, so that a reading
 * is never sent to a replica, as a plain GET is where the client has `scaleReads`.
 *
 * @external ioredis
 */
export interface RedisClient {
  call(command: string, ...args: (string | number)[]): Promise<unknown>
  /** A `Redis` has it, for the connection that listens. */
  duplicate(...options: never[]): unknown
  /** A `Redis` has it: with `true` it connects anew. */
  disconnect?(reconnect?: boolean): void
  /** A `Cluster` has it. */
  nodes?(role: 'master'): readonly RedisClient[]
}

/** A second connection, which listens. */
export interface RedisSubscriber {
  connect(): Promise<unknown>
  subscribe(channel: string): Promise<unknown>
  ping(): Promise<unknown>
  on(event: 'message', listener: (channel: string, message: string) => void): unknown
  on(event: 'error' | 'end', listener: () => void): unknown
  disconnect(): void
}

export function isClient(given: unknown): given is RedisClient {
  const { call, duplicate } = (given ?? {}) as Partial<RedisClient>
  return typeof call === 'function' && typeof duplicate === 'function'
}

/** The nodes of a cluster that hold its data; of one server, the server. None before a cluster's client is connected. */
export function mastersOf(client: RedisClient): readonly RedisClient[] {
  return client.nodes ? client.nodes('master') : [client]
}
