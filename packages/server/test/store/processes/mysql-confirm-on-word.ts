import { createInterface } from 'node:readline'
import { createPool } from 'mysql2/promise'
import { successor } from '../../../src/store/conformance/samples.js'
import { mysqlStore } from '../../../src/store/mysql/index.js'

// For each session id that it is told, presents 25 successors at once, then prints who won.
const [uri = ''] = process.argv.slice(2)
const pool = createPool(uri)
const store = mysqlStore({ pool, durability: 'as-configured' })
await store.now()
console.log('ready')

for await (const id of createInterface({ input: process.stdin })) {
  if (id === 'end') break
  const { session: before } = await store.sessions.find(id)
  const expected = { generation: 0, nonce: new Uint8Array(16) }
  const candidates = Array.from({ length: 25 }, () => successor({ ...before!, ...expected }))
  const outcomes = await Promise.all(candidates.map((next) => store.sessions.confirm(id, expected, next)))
  const won = candidates.filter((_, index) => outcomes[index] === 'confirmed')
  console.log(won.map((next) => Buffer.from(next.nonce).toString('base64url')).join(' '))
}
await store.close()
await pool.end()
process.exit(0)
