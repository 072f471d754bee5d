import { writeSync } from 'node:fs'
import pg from 'pg'
import { session, successor } from '../../../src/store/conformance/samples.js'
import { postgresStore } from '../../../src/store/postgres/index.js'

// Keeps as many confirmations in flight as there are sessions, and prints each as soon as it was answered.
const [url = '', inFlight = ''] = process.argv.slice(2)
const store = postgresStore(new pg.Pool({ connectionString: url }))

async function confirmWithoutEnd(): Promise<void> {
  let record = session()
  await store.sessions.create(record)
  for (;;) {
    const next = successor(record)
    const outcome = await store.sessions.confirm(record.id, record, next)
    if (outcome !== 'confirmed') throw new Error('another confirmed a session of ours')
    record = { ...record, ...next }
    // Synchronously: what was printed is in the pipe, whatever happens to this process now.
    writeSync(1, `${record.id} ${record.generation} ${Buffer.from(record.nonce).toString('base64url')}\n`)
  }
}

await Promise.all(Array.from({ length: Number(inFlight) }, confirmWithoutEnd))
