import type { RequestListener } from 'node:http'
import { createClock, onlyOwnHost, openOrigin } from '@sessionward/example-harness'
import type { AuthServer } from '@sessionward/server'
import { createApp } from './app.js'
import { createAuth } from './auth.js'
import { openCache, type RunningCache } from './cache.js'
import { controls } from './controls.js'
import { type DemoAccount, insertLegacyUsers, makeAccounts } from './demo.js'
import { createDirectory } from './directory.js'
import { countQuestions, type Questions } from './questions.js'
import { type DatabaseKind, openUsers } from './users/open.js'
import type { Users } from './users/users.js'
import { startWebServer } from './web-server.js'

export interface KoaIdentityOptions {
  /** 0: a free one. */
  readonly port: number
  /** Where users are. Without such a server on this machine, they are in SQLite. Default `mysql`. */
  readonly users?: DatabaseKind
  /** Lifetime of an access token in seconds, short so that it can be watched. Default 30. */
  readonly accessToken?: number
}

export interface KoaIdentity {
  readonly url: string
  readonly accounts: readonly DemoAccount[]
  readonly users: Users
  /** How the services differ from the requested ones, and why. */
  readonly notes: readonly string[]
  readonly cache: RunningCache | undefined
  readonly questions: Questions
  readonly auth: AuthServer
  /** Finished requests, such as `GET /api/orders 200`. */
  readonly log: readonly string[]
  close(): Promise<void>
}

export async function startKoaIdentity(options: KoaIdentityOptions): Promise<KoaIdentity> {
  const { port, users: kind = 'mysql', accessToken = 30 } = options
  const origin = await openOrigin(port)
  const { url } = origin
  const { now, advance } = createClock()
  const [{ users, note, close: closeUsers }, cache] = await Promise.all([openUsers(kind), openCache()])
  const accounts = makeAccounts()
  await insertLegacyUsers(users, accounts)

  const { source, questions } = countQuestions(users.source)
  const directory = createDirectory(users, source)
  const { auth, guard } = createAuth({ issuer: url, directory, accessToken, now, ...(cache && { cache: cache.cache }) })
  await auth.ready()
  const notes = [...(note ? [note] : []), ...(cache ? [] : [noRedis])]
  const web = await startWebServer({ accounts, accessToken, users: users.title, cache: cache?.title, notes })
  const app = createApp({ auth, guard })
  app.use(controls({ url, auth, users, cache, questions, accounts, advance }).routes())
  app.use(web.serve)

  const log: string[] = []
  origin.serve(logged(app.callback(), log, url))
  return {
    ...{ url, accounts, users, notes, cache, questions, auth, log },
    async close() {
      await Promise.all([origin.close(), web.close()])
      guard.close()
      await auth.close()
      await Promise.all([users.close(), cache?.close()])
      await closeUsers()
    },
  }
}

const noRedis = 'Redis is not installed here, so nothing is cached: each exchange asks the database.'

function logged(listener: RequestListener, log: string[], url: string): RequestListener {
  const onlyHere = onlyOwnHost(url)
  return (request, response) => {
    const { method } = request
    const path = request.url?.split('?')[0]
    response.on('finish', () => log.push(`${method} ${path} ${response.statusCode}`))
    onlyHere(request, response, () => listener(request, response))
  }
}
