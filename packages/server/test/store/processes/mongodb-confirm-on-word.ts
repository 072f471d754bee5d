import { createInterface } from 'node:readline'
import { MongoClient } from 'mongodb'
import { successor } from '../../../src/store/conformance/samples.js'
import { mongodbStore } from '../../../src/store/mongodb/index.js'

// For each session id that it is told, presents 25 successors at once, then prints who won.
const [url = ''] = process.argv.slice(2)
const client = new MongoClient(url)
const store = mongodbStore(client.db())
await store.now()
console.log('ready')

for await (const id of createInterface({ input: process.stdin })) {
  if (id === 'end') break
  const expected = { generation: 0, nonce: new Uint8Array(16) }
  const { session: before } = await store.sessions.find(id)
  const candidates = Array.from({ length: 25 }, () => successor({ ...before!, ...expected }))
  const outcomes = await Promise.all(candidates.map((next) => store.sessions.confirm(id, expected, next)))
  const won = candidates.filter((_, index) => outcomes[index] === 'confirmed')
  console.log(won.map((next) => Buffer.from(next.nonce).toString('base64url')).join(' '))
}
await client.close()
process.exit(0)
