import { onTestFinished } from 'vitest'
import { listen } from '../../src/adapters/node.js'
import type { AuthServer } from '../../src/auth-server.js'
import type { AuthServerOptions } from '../../src/options.js'
import { createAuthServer } from '../../src/server.js'
import { memoryStore } from '../../src/store/memory/index.js'
import type { Store } from '../../src/store/store.js'
import { type People, people } from './people.js'
import { testSecrets } from './secrets.js'

export interface ListeningServer {
  readonly auth: AuthServer
  readonly url: string
  readonly store: Store
  readonly directory: People
  /** Connections that are open now. */
  connections(): Promise<number>
  close(): Promise<void>
}

/** An auth server on a real socket of this machine, whose issuer is its address; closed when the test ends. */
export async function listeningServer(options: Partial<AuthServerOptions> = {}, path = ''): Promise<ListeningServer> {
  let auth: AuthServer | undefined
  const listening = await listen(
    { fetch: (request, info) => auth!.fetch(request, info), owns: () => true },
    { port: 0, host: '127.0.0.1' },
  )
  const store = options.store ?? memoryStore()
  const directory = people('ann', 'bob')
  auth = createAuthServer({
    issuer: listening.url + path,
    mode: 'development',
    store,
    secrets: testSecrets(),
    directory,
    ...options,
  })
  const close = async () => {
    await auth?.close()
    await listening.close()
  }
  let closed = false
  onTestFinished(async () => {
    if (!closed) await close()
  })
  return {
    auth,
    url: listening.url,
    store,
    directory,
    connections: () => new Promise((resolve) => listening.server.getConnections((_, count) => resolve(count))),
    close: () => {
      closed = true
      return close()
    },
  }
}
