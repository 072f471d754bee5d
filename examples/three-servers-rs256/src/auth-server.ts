import { join } from 'node:path'
import { createAuthServer } from '@sessionward/server'
import { mount } from '@sessionward/server/express'
import { sqliteStore } from '@sessionward/server/store/sqlite'
import express from 'express'
import type { Demo } from './demo.js'
import type { KeyFiles } from './key-files.js'
import type { Program } from './restartable-server.js'

export interface AuthServerParts {
  readonly issuer: string
  /** Origin of the page. */
  readonly page: string
  readonly folder: string
  readonly keys: KeyFiles
  /** Seconds. */
  readonly lifetimes: { readonly accessToken: number; readonly refreshToken: number }
  readonly demo: Demo
  readonly now: () => number
}

/** Signs people in. The only server that has the private key. */
export async function startAuthServer(parts: AuthServerParts): Promise<Program> {
  const { issuer, page, folder, keys, lifetimes, demo, now } = parts
  const auth = createAuthServer({
    issuer,
    audience: 'business',
    origins: [page],
    store: sqliteStore({ path: join(folder, 'auth.db'), now }),
    interop: 'rs256',
    signingKey: keys.signingKey(),
    // A refresh gives a new refresh token, so a person who comes back every day stays signed in.
    lifetimes: { accessToken: lifetimes.accessToken, idle: lifetimes.refreshToken },
    accounts: { claims: ['name'] },
    secrets: { guards: [demo.guardCredential] },
    dataFolder: folder,
    cookieName: 'three-servers',
    // The page sets the clock forward, and the auth server would warn of that.
    logger: { warn: () => {}, error: console.error },
  })
  await auth.ready()
  for (const { username, password, name } of demo.accounts) {
    if (!(await auth.accounts!.find({ username }))) {
      await auth.accounts!.create({ username, password, profile: { name } })
    }
  }
  const app = express().disable('x-powered-by')
  app.use(mount(auth))
  return { listener: app, close: () => auth.close() }
}
