import { Binary, Decimal128, Double, Int32, Long, MongoClient } from 'mongodb'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startOwnService } from '../scripts/services/start.mjs'

// Our gateway to DocumentDB stands in for MongoDB in other tests: what it answers is tried with MongoDB's own driver.
const server = await startOwnService('mongodb')
const client = new MongoClient(server.url ?? 'mongodb://127.0.0.1:1', { serverSelectionTimeoutMS: 5000 })
const db = client.db('gateway')

beforeAll(async () => {
  if (server.url) await client.connect()
})
afterAll(async () => {
  await client.close()
  if (server.url) await server.stop()
})
beforeEach(async ({ skip }) => {
  skip(server.missing !== undefined, server.missing)
  await db.dropDatabase()
})

test('values keep their types', async () => {
  const sent = {
    _id: 'typed' as never,
    int: new Int32(7),
    long: Long.fromString('9007199254740993'),
    double: new Double(7),
    decimal: Decimal128.fromString('0.1'),
    date: new Date(1_700_000_000_123),
    bytes: new Binary(Buffer.from([0, 255])),
    nothing: null,
    inside: { list: [new Int32(1), 'a', /a+/i] },
  }
  const typed = db.collection('values', { promoteValues: false })
  await typed.insertOne(sent)

  expect(await typed.findOne({ int: { $type: 'int' }, double: { $type: 'double' } })).toEqual(sent)
})

test('a second document of a unique key is E11000, and the others of an unordered insert are made', async () => {
  const people = db.collection('people')
  await people.insertOne({ name: 'ann' })
  await people.createIndex({ name: 1 }, { unique: true })

  const inserting = people.insertMany([{ name: 'ann' }, { name: 'bob' }], { ordered: false })

  await expect(inserting).rejects.toMatchObject({ code: 11000, result: { insertedCount: 1 } })
  await expect(db.collection('people').createIndex({ age: 1 })).resolves.toBe('age_1')
})

test('a sorted search comes back whole, page after page, over more than one connection', async () => {
  const numbers = db.collection('numbers')
  await numbers.insertMany(Array.from({ length: 500 }, (_, n) => ({ n })))

  const search = () => numbers.find().sort({ n: -1 }).batchSize(40)
  const found = await Promise.all([search().toArray(), search().toArray(), search().toArray()])

  for (const documents of found)
    expect(documents.map(({ n }) => n)).toEqual(Array.from({ length: 500 }, (_, n) => 499 - n))
})

test('of 100 conditional updates at once one wins', async () => {
  const sessions = db.collection('sessions')
  await sessions.insertOne({ generation: 0 })

  const attempts = Array.from({ length: 100 }, () => sessions.updateOne({ generation: 0 }, { $inc: { generation: 1 } }))

  expect((await Promise.all(attempts)).map(({ modifiedCount }) => modifiedCount).filter(Boolean)).toEqual([1])
})

test('a transaction is seen by others when it is committed, and never when it is not', async () => {
  const accounts = db.collection<{ _id: string; n: number }>('accounts')
  await accounts.insertOne({ _id: 'a', n: 0 })
  const seen: unknown[] = []
  const see = async () => seen.push((await accounts.findOne({ _id: 'a' }))?.n)

  for (const end of ['abortTransaction', 'commitTransaction'] as const) {
    await client.withSession(async (session) => {
      session.startTransaction()
      await accounts.updateOne({ _id: 'a' }, { $inc: { n: 1 } }, { session })
      seen.push((await accounts.findOne({ _id: 'a' }, { session }))?.n)
      await see()
      await session[end]()
      await see()
    })
  }

  expect(seen).toEqual([1, 0, 0, 1, 0, 1])
})

test('of two transactions that write the same document the later may be tried again', async () => {
  const accounts = db.collection<{ _id: string; n: number }>('accounts')
  await accounts.insertOne({ _id: 'a', n: 0 })

  const refused = client.withSession(async (session) => {
    session.startTransaction()
    await accounts.findOne({ _id: 'a' }, { session })
    await accounts.updateOne({ _id: 'a' }, { $inc: { n: 1 } })
    await accounts.updateOne({ _id: 'a' }, { $inc: { n: 1 } }, { session })
  })

  await expect(refused).rejects.toMatchObject({ code: 112, errorLabelSet: new Set(['TransientTransactionError']) })
})

test('a command that it does not know, and one that makes no sense, are refused with the codes that MongoDB has for it', async () => {
  await expect(db.command({ compactStructuredEncryptionData: 'x' })).rejects.toMatchObject({ code: 59 })
  await expect(db.collection('any').findOne({ $nonsense: 1 })).rejects.toMatchObject({ code: 2 })
})

test('while the engine is unavailable nothing answers, and afterwards all that was answered is there', async () => {
  if (server.missing !== undefined) return
  const kept = db.collection('kept')
  await kept.insertOne({ name: 'ann' })

  await server.own.down('SIGKILL')
  // The driver's error, or the socket's own where the command was written just after the connection had ended.
  const error = await kept.findOne({}).catch((reason: { name: string; code?: unknown }) => reason)
  expect(`${error?.name} ${error?.code}`).toMatch(/Network|ServerSelection|Cleared|EPIPE|ECONNRESET/)
  await server.own.up()

  expect(await kept.findOne({})).toMatchObject({ name: 'ann' })
})
