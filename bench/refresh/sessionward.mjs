// Sessionward on durable SQLite: every answered rotation has been through fdatasync.
import { join } from 'node:path'
import { sqliteStore } from '@sessionward/server/store/sqlite'
import { scratchFolder } from '../harness/scratch.mjs'
import { signInMany, startSessionward } from '../harness/sessionward.mjs'

export async function start({ sessions }) {
  const store = sqliteStore(join(scratchFolder(), 'auth.db'))
  const { auth, served } = await startSessionward({ store, name: 'sessionward, SQLite (synchronous=FULL)' })
  return { ...served, tokens: await signInMany(auth, sessions) }
}
