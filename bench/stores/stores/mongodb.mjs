import { mongodbStore } from '@sessionward/server/store/mongodb'
import { MongoClient } from 'mongodb'
import { dockerEngine } from '../../../scripts/services/docker.mjs'

export const title = 'MongoDB'
export const service = 'mongodb'
/** A container's MongoDB flushes its journal before it answers w=majority; DocumentDB is a PostgreSQL, started for tests. */
export const args = (await dockerEngine()) ? [] : ['-c', 'fsync=on']

export const connect = ({ url }) => new MongoClient(url).db()

export async function promiseOf(db) {
  const { documentdb } = await db.command({ buildInfo: 1 })
  if (!documentdb) return ['w=majority, j=true']
  return [
    'fsync=on',
    'not MongoDB but an engine that speaks its protocol, through a gateway in the process of the load',
  ]
}

export const disconnect = (db) => db.client.close()

export const store = (db) => mongodbStore({ db })

export function floor(db) {
  const rows = db.collection('floor', { writeConcern: { w: 'majority', journal: true } })
  return {
    insert: (_id, generation, nonce) => rows.insertOne({ _id, generation, nonce, idleDeadline: 0 }),
    async advance({ id, generation, nonce, next, idleDeadline }) {
      const change = { $set: { generation: generation + 1, nonce: next, idleDeadline } }
      const { matchedCount } = await rows.updateOne({ _id: id, generation, nonce }, change)
      return matchedCount === 1
    },
  }
}
