import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { type AuthServer, type AuthServerOptions, createAuthServer, StoreUnavailableError } from '@sessionward/server'
import { listen } from '@sessionward/server/node'
import { openStore } from '@sessionward/server/store/open'

// One node: an auth server in a process of its own. What it is to be comes as the first line, since a command line is no place
// for secrets; it prints its port, then each event as it happens.
interface NodeOptions extends Pick<AuthServerOptions, 'issuer' | 'secrets' | 'journal' | 'confirmation'> {
  readonly database: string
}

const lines = createInterface({ input: process.stdin })
lines.once('close', () => process.exit(0))
/** A story has a hundred people behind one address. */
const throttle = { registration: { requests: 10_000, window: 3600 } }

lines.once('line', async (line) => {
  const { database, ...options } = JSON.parse(line) as NodeOptions
  const store = await openStore(database)
  const auth = createAuthServer({ ...options, store, mode: 'development', registration: 'open', throttle })
  // Synchronously: what was printed is in the pipe, whatever happens to this process now.
  auth.on(({ type }) => writeSync(1, `${type}\n`))
  await ready(auth)
  const { url } = await listen(auth, { port: 0, host: '127.0.0.1' })
  writeSync(1, `${url}\n`)
})

/** A database on a busy machine may take its time to make its tables. */
async function ready(auth: AuthServer): Promise<void> {
  for (;;) {
    try {
      return await auth.ready()
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error
      await sleep(100)
    }
  }
}
