import { beforeEach, expect, test } from 'vitest'
import { account, ageOfLongAgo, longAgo, session, storedEvent, successor } from '../../src/store/conformance/samples.js'
import type { Document } from '../../src/store/mongodb/client.js'
import { mongodbStore } from '../../src/store/mongodb/index.js'
import { newDatabase, recorded, service } from './mongodb-database.js'

interface Index {
  readonly key: Document
  readonly partialFilterExpression?: Document
}

/** What a command looks for in a collection, and in which order. */
interface Search {
  readonly collection: string
  readonly filter: Document
  readonly sort: Document
}

const db = await newDatabase()
beforeEach(({ skip }) => skip(service.missing !== undefined, service.missing))

// Not by explaining plans: what one engine's planner chooses for a few rows says nothing of another's. An index that serves is
// there, and the search is one that it can serve.
test('every search of every verb has an index, in the order that it asks for', async () => {
  const database = recorded(db)
  await useEverything(mongodbStore(database))

  const searches = database.commands.flatMap(searchesOf)
  expect(searches.length).toBeGreaterThan(35)
  const indexes = new Map<string, readonly Index[]>()
  for (const { collection } of searches) {
    indexes.set(collection, (await db.collection(collection).indexes()) as unknown as readonly Index[])
  }
  const scans = searches.filter((one) => !indexes.get(one.collection)!.some((index) => serves(index, one)))

  expect(scans).toEqual([])
})

test.each<[string, Search, boolean]>([
  ['an equality on its first field', { collection: '', filter: { a: { $eq: 1 } }, sort: {} }, true],
  ['equalities and then the order', { collection: '', filter: { a: 1, b: 2 }, sort: { c: -1 } }, true],
  ['a range on its first field, in its order', { collection: '', filter: { a: { $gt: 1 } }, sort: { a: 1 } }, true],
  ['another field', { collection: '', filter: { b: 1 }, sort: {} }, false],
  ['an order after a gap', { collection: '', filter: { a: 1 }, sort: { c: -1 } }, false],
  ['nothing, in no order', { collection: '', filter: {}, sort: {} }, false],
])('the test itself: an index of a, b and c, the last downwards, for %s', (_, search, expected) => {
  const key = { a: 1, b: 1, c: -1 }

  expect(serves({ key }, search)).toBe(expected)
  expect(serves({ key, partialFilterExpression: { active: true } }, search)).toBe(false)
})

test('a refresh writes no index', async () => {
  const indexed = new Set(
    (await db.collection('sessionward_sessions').indexes()).flatMap(({ key }) => Object.keys(key)),
  )
  const database = recorded(db)
  const store = mongodbStore(database)
  const kept = session()
  await store.sessions.create(kept)
  database.commands.length = 0
  await store.sessions.confirm(kept.id, kept, successor(kept))
  await store.sessions.touch(kept.id, { ...kept, ...successor(kept) }, kept.idleDeadline)

  const updates = database.commands.flatMap((command) => command.updates as { u: { $set: Document }[] }[])
  expect(updates).toHaveLength(2)
  for (const { u } of updates) {
    expect(Object.keys(u[0]!.$set).filter((field) => indexed.has(field))).toEqual([])
  }
})

/** Whether an index leads to what is sought: by conditions on its first fields, or by its order where there is no condition. */
function serves({ key, partialFilterExpression = {} }: Index, { filter, sort }: Search): boolean {
  for (const [field, condition] of Object.entries(partialFilterExpression)) {
    const implied = condition === true ? filter[field] === true : isSelective(filter[field])
    if (!implied) return false
  }
  const fields = Object.keys(key)
  const equalities = fields.findIndex((field) => !isEquality(filter[field]))
  const rest = fields.slice(equalities === -1 ? fields.length : equalities)
  const order = Object.keys(sort)
  const ordered = order.every((field, index) => rest[index] === field)
  return ordered && (isSelective(filter[fields[0]!]) || (order.length > 0 && Object.keys(filter).length === 0))
}

function isSelective(condition: unknown): boolean {
  if (condition === undefined) return false
  return isEquality(condition) || Object.keys(condition as object).every((name) => /^\$(in|lte?|gte?)$/.test(name))
}

function isEquality(condition: unknown): boolean {
  if (condition === undefined) return false
  return typeof condition !== 'object' || condition === null || '$eq' in condition
}

function searchesOf(command: Document): Search[] {
  const { find, aggregate, findAndModify, update, delete: from, filter, query, sort } = command
  if (find) return [{ collection: find as string, filter: filter as Document, sort: (sort ?? {}) as Document }]
  if (findAndModify) return [{ collection: findAndModify as string, filter: query as Document, sort: {} }]
  const statements = (command.updates ?? command.deletes ?? []) as readonly { readonly q: Document }[]
  if (update || from)
    return statements.map(({ q }) => ({ collection: (update ?? from) as string, filter: q, sort: {} }))
  return aggregate ? stagesOf(aggregate as string, command.pipeline as readonly Document[]) : []
}

function stagesOf(collection: string, pipeline: readonly Document[]): Search[] {
  const stage = (name: string) => (pipeline.find((one) => name in one)?.[name] ?? {}) as Document
  const unions = pipeline.flatMap(({ $unionWith }) =>
    $unionWith ? [$unionWith as { coll: string; pipeline: Document[] }] : [],
  )
  return [
    { collection, filter: stage('$match'), sort: stage('$sort') },
    ...unions.flatMap((union) => stagesOf(union.coll, union.pipeline)),
  ]
}

async function useEverything(store: ReturnType<typeof mongodbStore>): Promise<void> {
  const old = ageOfLongAgo(await store.now())
  const [one, over, who] = [session(), session({ idleDeadline: longAgo }), account()]
  for (const kept of [one, over]) await store.sessions.create(kept)
  await store.sessions.find(one.id)
  await store.sessions.confirm(one.id, one, successor(one))
  await Promise.all([store.sessions.touch('unknown', one, 1), store.sessions.touch(over.id, over, 1)])
  await store.sessions.listBySubject(one)
  await store.sessions.lastOrdinal(one)
  await store.sessions.outdateProfile(one, 0)
  await store.sessions.recordProfileChange(one, 1, -1)
  await store.sessions.revokeBySubject(one, 'signed_out', -1)
  await store.sessions.revoke(over.id, 'signed_out', -1)
  await store.sessions.revokedSince(0)
  await store.sessions.deleteExpired(old, 10)
  await store.accounts.create(who)
  await store.accounts.find(who)
  await store.accounts.findByUsername('', who.usernameKey)
  await store.accounts.changePassword(who, who.passwordHash, 'next')
  await store.accounts.update(who, 0, { disabled: true })
  await store.accounts.hasScope('admin')
  await store.keys.list()
  await store.keys.rotate({ current: 'a', next: 'b' })
  await store.keys.deleteRetired(old)
  await store.counters.add(one.id, 1, 60)
  await store.counters.add(one.id, 0, 60)
  await store.oneTimeValues.claim(one.id, -1)
  await store.oneTimeValues.deleteExpired(10)
  await store.events.append(storedEvent({ at: longAgo }))
  await store.events.list({ limit: 3 })
  await store.events.list({ owner: who, limit: 3 })
  await store.events.deleteOlderThan(old, 10)
}
