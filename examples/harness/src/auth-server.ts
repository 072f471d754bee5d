import { randomBytes } from 'node:crypto'
import { type AuthServer, type AuthServerOptions, createAuthServer } from '@sessionward/server'
import { requestListener } from '@sessionward/server/node'
import { createFaults, type Faults } from './faults.js'
import type { Origin } from './origin.js'

export interface Account {
  readonly username: string
  readonly password: string
}

/** What an example decides about its auth server; everything else has a value that fits a loopback address. */
export interface ExampleAuthServerOptions extends Omit<Partial<AuthServerOptions>, 'issuer' | 'secrets'> {
  readonly store: AuthServerOptions['store']
}

export interface ExampleAuthServer {
  readonly url: string
  readonly server: AuthServer
  readonly faults: Faults
  /** What a guard presents to read the revocation feed. */
  readonly guardCredential: string
  /** Two accounts whose passwords were made for this run. */
  readonly accounts: readonly [Account, Account]
  close(): Promise<void>
}

/** Starts an auth server on an origin, behind faults, with two built-in accounts. A server that cannot start is closed. */
export async function startAuthServer(origin: Origin, options: ExampleAuthServerOptions): Promise<ExampleAuthServer> {
  const guardCredential = random()
  const server = createAuthServer({
    issuer: origin.url,
    secrets: {
      refresh: [{ id: 1, secret: random(), state: 'minting' }],
      seal: random(),
      guards: [guardCredential],
    },
    mode: 'development',
    // Cookies ignore ports, and other auth servers run on localhost too.
    cookieName: `example-${new URL(origin.url).port}`,
    ...options,
  })
  const accounts = [newAccount('ann'), newAccount('bob')] as const
  try {
    await server.ready()
    if (server.accounts) for (const account of accounts) await server.accounts.create(account)
  } catch (error) {
    await server.close()
    throw error
  }
  const faults = createFaults()
  origin.serve(faults.wrap(requestListener(server)))
  return { url: origin.url, server, faults, guardCredential, accounts, close: () => server.close() }
}

/** A password in a repository is known to everybody. */
function newAccount(username: string): Account {
  return { username, password: random() }
}

function random(): string {
  return randomBytes(36).toString('base64url')
}
