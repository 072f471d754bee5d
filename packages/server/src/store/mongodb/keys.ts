import type { KeyStore, SigningKey } from '../store.js'
import type { Document } from './client.js'
import type { DriverContext } from './context.js'
import { literal, now } from './expressions.js'

/**
 * All signing keys are in one document, because a rotation changes two of them at once. They are few: `next`, `current` and what
 * was retired lately, of each algorithm.
 */
export function mongodbKeys({ database, names, now: readNow }: DriverContext): KeyStore {
  return {
    async list() {
      const { cursor } = await database.read({ find: names.keys, filter: ring, limit: 1 })
      const keys = cursor!.firstBatch[0]?.keys as readonly SigningKey[]
      return keys.map(readKey).sort((one, other) => one.createdAt - other.createdAt)
    },

    async create(key) {
      const { kid, algorithm, state } = key
      const same = state === 'retired' ? [{ kid }] : [{ kid }, { algorithm, state }]
      const free = { ...ring, keys: { $not: { $elemMatch: { $or: same } } } }
      const { n } = await database.write({
        update: names.keys,
        updates: [{ q: free, u: { $push: { keys: { ...key } } } }],
      })
      return n === 1 ? 'created' : 'taken'
    },

    async rotate({ current, next }) {
      // Of one algorithm: the two lists, of one each or none, have something in common.
      const common = { $setIntersection: [algorithmsOf(current, 'current'), algorithmsOf(next, 'next')] }
      const updatedKeys = { $map: { input: '$keys', in: withStates({ [current]: 'retired', [next]: 'current' }) } }
      const { n } = await database.write({
        update: names.keys,
        updates: [{ q: { ...ring, $expr: { $ne: [common, []] } }, u: [{ $set: { keys: updatedKeys } }] }],
      })
      return n === 1 ? 'rotated' : 'lost'
    },

    async deleteRetired(retention) {
      const before = (await readNow()) - retention * 1000
      const { value } = await database.write({
        findAndModify: names.keys,
        query: ring,
        update: { $pull: { keys: { state: 'retired', since: { $lt: before } } } },
        fields: { 'keys.state': 1, 'keys.since': 1 },
      })
      const kept = value?.keys as readonly Pick<SigningKey, 'state' | 'since'>[]
      return kept.filter(({ state, since }) => state === 'retired' && since < before).length
    },
  }
}

const ring = { _id: 'ring' }

function algorithmsOf(kid: string, state: SigningKey['state']): Document {
  const isWantedKey = { $and: [{ $eq: ['$$this.kid', literal(kid)] }, { $eq: ['$$this.state', state] }] }
  return { $map: { input: { $filter: { input: '$keys', cond: isWantedKey } }, in: '$$this.algorithm' } }
}

function withStates(states: Readonly<Record<string, SigningKey['state']>>): Document {
  const branches = Object.entries(states).map(([kid, state]) => ({
    case: { $eq: ['$$this.kid', literal(kid)] },
    then: { $mergeObjects: ['$$this', { state, since: now }] },
  }))
  return { $switch: { branches, default: '$$this' } }
}

function readKey(key: SigningKey): SigningKey {
  return { ...key, sealedPrivateKey: Uint8Array.from(key.sealedPrivateKey) }
}
