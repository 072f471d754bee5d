import { createInterface } from 'node:readline'
import pg from 'pg'
import { successor } from '../../../src/store/conformance/samples.js'
import { postgresStore } from '../../../src/store/postgres/index.js'

// For each line of two session ids presents 25 successors of each at once, then prints who won. Of two sessions, because a
// batch never names one twice, and a batch of one is another statement. Without batches each has a connection of its own.
const [url = '', batch = ''] = process.argv.slice(2)
const pool = new pg.Pool({ connectionString: url, max: 25 })
const store = postgresStore({ pool, batch: batch === 'batch' })
await store.now()
console.log('ready')

async function presentAll(id: string): Promise<string[]> {
  const { session: before } = await store.sessions.find(id)
  const expected = { generation: 0, nonce: new Uint8Array(16) }
  const candidates = Array.from({ length: 25 }, () => successor({ ...before!, ...expected }))
  const outcomes = await Promise.all(candidates.map((next) => store.sessions.confirm(id, expected, next)))
  const won = candidates.filter((_, index) => outcomes[index] === 'confirmed')
  return won.map((next) => Buffer.from(next.nonce).toString('base64url'))
}

for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'end') break
  console.log(JSON.stringify(await Promise.all(line.split(' ').map(presentAll))))
}
await store.close()
await pool.end()
process.exit(0)
