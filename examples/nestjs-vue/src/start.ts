import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type ExpirableGuard, expirable, onlyOwnHost } from '@sessionward/example-harness'
import { createGuard } from '@sessionward/guard'
import type { AuthServer } from '@sessionward/server'
import { memoryStore } from '@sessionward/server/store/memory'
import { createApp } from './app.js'
import { createAuth } from './auth.js'
import { People } from './people.js'
import { startWebServer } from './web-server.js'

export interface NestVue {
  readonly url: string
  readonly accounts: readonly DemoAccount[]
  readonly auth: AuthServer
  readonly guard: ExpirableGuard
  readonly people: People
  close(): Promise<void>
}

export interface DemoAccount {
  readonly username: string
  readonly password: string
  readonly scope?: string
}

export interface NestVueOptions {
  /** 0: a free one. */
  readonly port: number
  /** Folder of the page, for a story that changes it. Default: `web/` of this example. */
  readonly web?: string
}

/** Starts everything on one port: the auth server, the business routes, their documentation and the page. */
export async function startNestVue({ port, web: root }: NestVueOptions): Promise<NestVue> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const url = `http://localhost:${(server.address() as AddressInfo).port}`

  const store = memoryStore()
  const auth = createAuth(url, store)
  await auth.ready()
  // In one process with the auth server: neither keys nor revocations go over the network.
  const own = { keys: () => auth.keys.jwks(), feed: auth.revocations }
  const guard = expirable(createGuard({ issuer: url, audience: url, ...own }))
  const people = new People(auth, store)
  const accounts: readonly DemoAccount[] = [
    { username: 'ada', password: random(), scope: 'admin' },
    { username: 'lin', password: random() },
  ]
  for (const account of accounts) await people.add(account)

  const web = await startWebServer({ server, root, config: { accounts } })
  const app = await createApp(auth, guard, people)
  await app.init()
  const ofServers = app.getHttpAdapter().getInstance()
  const onlyHere = onlyOwnHost(url)
  server.on('request', (request, response) =>
    onlyHere(request, response, () => web.handle(request, response, () => ofServers(request, response))),
  )
  return {
    ...{ url, accounts, auth, guard, people },
    async close() {
      server.closeAllConnections()
      await web.close()
      await app.close()
      guard.close()
      await auth.close()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** A password in a repository is known to everybody. */
function random(): string {
  return randomBytes(12).toString('base64url')
}
