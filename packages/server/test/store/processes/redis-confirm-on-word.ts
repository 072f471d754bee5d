import { createInterface } from 'node:readline'
import { Redis } from 'ioredis'
import { successor } from '../../../src/store/conformance/samples.js'
import { redisStore } from '../../../src/store/redis/index.js'

// For each session id that it is told, presents 25 successors at once, then prints who won.
const [url = '', prefix = ''] = process.argv.slice(2)
const client = new Redis(url)
const store = redisStore({ client, prefix, durability: 'as-configured' })
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
client.disconnect()
// Its input is open still.
process.exit(0)
