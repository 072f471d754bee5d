import { Redis } from 'ioredis'
import { afterAll, vi } from 'vitest'
import type { Own } from '../../../../scripts/services/service.mjs'
import { startOwnService } from '../../../../scripts/services/start.mjs'

/** A Redis that a test file may flush, stop and kill. Ended with the file. */
export interface OwnRedis {
  readonly missing?: undefined
  readonly url: string
  readonly own: Own
  /** Another client, made as anybody makes one, once it is connected. Closed with the file. */
  connect(options?: { readonly lazyConnect?: boolean }): Promise<Redis>
}

/**
 * @param args More arguments for the server.
 * @returns why there is none, where Redis is not installed. @throws in CI then.
 */
export async function ownRedis(args: readonly string[] = []): Promise<OwnRedis | { readonly missing: string }> {
  const started = await startOwnService('redis', { args })
  if ('missing' in started) {
    if (process.env.CI) throw new Error(started.missing)
    return { missing: String(started.missing) }
  }
  const clients: Redis[] = []
  afterAll(async () => {
    for (const client of clients) client.disconnect()
    await started.stop()
  })
  return {
    url: started.url,
    own: started.own,
    async connect({ lazyConnect = false } = {}) {
      const client = new Redis(started.url, { lazyConnect })
      client.on('error', () => {})
      clients.push(client)
      if (!lazyConnect) await client.ping()
      return client
    },
  }
}

/** Waits until something is so, however long the machine takes; what is never so fails the test. */
export function eventually<T>(check: () => T): Promise<Awaited<NonNullable<T>>> {
  return vi.waitUntil(check, { timeout: 25_000, interval: 5 }) as Promise<Awaited<NonNullable<T>>>
}
