// The server under test, in a process of its own: an auth server with sessions in memory. Tells its parent the access tokens,
// its memory and ends a session on request.
import { createAuthServer } from '@sessionward/server'
import { listen } from '@sessionward/server/node'
import { memoryStore } from '@sessionward/server/store/memory'
import { scratchFolder } from '../harness/scratch.mjs'

const [, , count] = process.argv
let auth
const listening = await listen(
  {
    owns: () => true,
    get fetch() {
      return auth.fetch
    },
  },
  { port: 0, host: '127.0.0.1' },
)
auth = createAuthServer({
  issuer: listening.url,
  store: memoryStore(),
  mode: 'development',
  dataFolder: scratchFolder(),
  lifetimes: { accessToken: 3600 },
  directory: { authenticate: async () => null, profile: async (subject) => ({ user: { subject } }) },
})
await auth.ready()
const sessions = []
for (let number = 0; number < Number(count); number++) {
  const { accessToken, session } = await auth.sessions.start({ subject: `bench-${number}` })
  sessions.push({ accessToken, sid: session.id })
}
process.send({ port: new URL(listening.url).port, sessions })
process.on('message', async ({ end }) => {
  if (end) return auth.sessions.end(end, 'session_revoked')
  // What is garbage is not the price of a stream.
  globalThis.gc()
  globalThis.gc()
  const { rss, heapUsed } = process.memoryUsage()
  process.send({ rss, heapUsed, open: auth.figures().live_streams })
})
process.on('disconnect', () => process.exit())
