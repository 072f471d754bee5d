// Sessionward on durable SQLite: every answered rotation has been through fdatasync.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createAuthServer } from '@sessionward/server'
import { listen } from '@sessionward/server/node'
import { sqliteStore } from '@sessionward/server/store/sqlite'

// On the disk that the repository is on: a folder for temporary files may be in memory, where fdatasync costs nothing.
const cache = join(import.meta.dirname, '../../.cache')

export async function start(sessions) {
  mkdirSync(cache, { recursive: true })
  const dataFolder = mkdtempSync(join(cache, 'bench-'))
  process.on('exit', () => rmSync(dataFolder, { recursive: true, force: true }))
  let auth
  const listening = await listen(
    { owns: () => true, fetch: (request, info) => auth.fetch(request, info) },
    { port: 0, host: '127.0.0.1' },
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
