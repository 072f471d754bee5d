import { join } from 'node:path'
import { createAuthServer } from '@sessionward/server'
import { type Listening, listen } from '@sessionward/server/node'
import { sqliteStore } from '@sessionward/server/store/sqlite'
import { firstAdministrator } from './first-administrator.js'
import { developmentGuardCredential } from './guard-credential.js'
import { welcomePage } from './pages.js'

export interface DevelopmentServerOptions {
  /** 0 picks a free port. */
  readonly port: number
  /** Folder for the database and the secrets; created if it is missing. */
  readonly dataFolder: string
  /** Origins of the pages that may use the server. */
  readonly origins: readonly string[]
  /** Scope of accounts that people register, space-separated. Empty: none. */
  readonly scope?: string
  /** Prints one line for the user. */
  readonly print: (line: string) => void
}

/** Starts an auth server that needs no configuration, and prints where it is and what a guard needs. */
export async function startDevelopmentServer(options: DevelopmentServerOptions): Promise<Listening> {
  const { dataFolder, origins, scope = '', print } = options
  // The issuer contains the port, so a free port is chosen before the server is created.
  const port = options.port === 0 ? await freePort() : options.port
  const url = `http://localhost:${port}`
  const credential = developmentGuardCredential(dataFolder)
  const auth = createAuthServer({
    issuer: url,
    store: sqliteStore(join(dataFolder, 'auth.db')),
    origins,
    dataFolder,
    secrets: { guards: [credential] },
    mode: 'development',
    accounts: { registrationScope: scope },
  })
  await auth.ready()
  const setup = await firstAdministrator(auth, url)
  const listening = await listen(
    {
      owns: () => true,
      fetch: async (request, info) => {
        const { pathname } = new URL(request.url)
        if (setup && pathname === setup.path) return setup.fetch(request)
        if (pathname === '/' && request.method === 'GET') return welcomePage(url)
        return auth.fetch(request, info)
      },
    },
    { port },
  ).catch(async (error: NodeJS.ErrnoException) => {
    await auth.close()
    if (error.code !== 'EADDRINUSE') throw error
    throw new Error(`port ${port} is in use: choose another with --port, or stop the program that uses it`)
  })
  print(`Sessionward auth server   ${url}`)
  print(`data and secrets          ${dataFolder}`)
  print('registration              open (development mode)')
  print(
    `pages                     ${origins.length > 0 ? origins.join(', ') : 'none: add --origin http://localhost:5173'}`,
  )
  if (scope) print(`scope of new accounts     ${scope}`)
  if (setup) print(`create the administrator  ${setup.link}   (works once)`)
  print('')
  print('A guard for your server. It refuses a session within one second after the session ends:')
  print('')
  print(`  GUARD_CREDENTIAL=${credential}`)
  print(`  createGuard({ issuer: '${url}', audience: '${url}', feed: { credential: process.env.GUARD_CREDENTIAL } })`)
  return {
    ...listening,
    async close() {
      await listening.close()
      await auth.close()
    },
  }
}

async function freePort(): Promise<number> {
  const probe = await listen({ owns: () => true, fetch: async () => new Response() }, { port: 0 })
  await probe.close()
  return Number(new URL(probe.url).port)
}
