// Sessionward on durable SQLite: every answered rotation has been through fdatasync.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAuthServer } from '@sessionward/server'
import { listen } from '@sessionward/server/node'
import { sqliteStore } from '@sessionward/server/store/sqlite'

export async function start(sessions, { folder } = {}) {
  const dataFolder = mkdtempSync(join(folder ?? tmpdir(), 'sessionward-bench-'))
  const port = 0
  let auth
  const listening = await listen(
    { owns: () => true, fetch: (request, info) => auth.fetch(request, info) },
    { port, host: '127.0.0.1' },
  )
  auth = createAuthServer({
    issuer: listening.url,
    store: sqliteStore(join(dataFolder, 'auth.db')),
    mode: 'development',
    dataFolder,
  })
  await auth.ready()
  const { subject } = await auth.accounts.create({ username: 'bench', password: 'only for the bench' })
  const tokens = []
  for (let number = 0; number < sessions; number++) {
    const { refreshToken } = await auth.startSession({ subject, transport: 'body' })
    tokens.push(refreshToken)
  }
  return {
    name: 'sessionward, SQLite (synchronous=FULL)',
    url: `${listening.url}/auth/refresh`,
    tokens,
    contentType: 'application/json',
    body: (token) => `{"refresh_token":"${token}"}`,
  }
}
