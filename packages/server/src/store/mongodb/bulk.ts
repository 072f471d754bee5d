import type { Document } from './client.js'
import type { Database } from './database.js'
import { duplicateKey, isConflict, refused } from './errors.js'
import { isLost, now } from './expressions.js'

/** Documents by id, and the server's clock at the moment of the read; null if no document was found, because each carries the clock. */
export interface FoundDocuments {
  readonly byId: ReadonlyMap<string, Document>
  readonly now: number | null
}

/** Reads the documents of many ids in one round trip. */
export async function findByIds(
  database: Database,
  collection: string,
  ids: readonly string[],
  projection: Document,
): Promise<FoundDocuments> {
  const { cursor } = await database.read({
    find: collection,
    filter: { _id: { $in: [...new Set(ids)] } },
    projection: { ...projection, now },
    batchSize: ids.length + 1,
  })
  // The answer was cut off at 16 MB. Documents that it lacks must not count as missing.
  if (String(cursor!.id) !== '0' && ids.length > 1) {
    const middle = ids.length >> 1
    const [one, other] = await Promise.all([
      findByIds(database, collection, ids.slice(0, middle), projection),
      findByIds(database, collection, ids.slice(middle), projection),
    ])
    return { byId: new Map([...one.byId, ...other.byId]), now: one.now ?? other.now }
  }
  const rows = cursor!.firstBatch
  return { byId: new Map(rows.map((row) => [row._id as string, row])), now: (rows[0]?.now as number) ?? null }
}

/** `duplicate`: a unique key exists already. An Error concerns only that document. */
export type InsertOutcome = 'inserted' | 'duplicate' | Error

/** Inserts many documents in one round trip. Each succeeds or fails independently. */
export async function bulkInsert(
  database: Database,
  collection: string,
  documents: readonly Document[],
  attempts = 4,
): Promise<readonly InsertOutcome[]> {
  const { writeErrors } = await database.attempt({ insert: collection, ordered: false, documents })
  const outcomes = documents.map((): InsertOutcome => 'inserted')
  for (const failure of writeErrors ?? [])
    outcomes[failure.index] = failure.code === duplicateKey ? 'duplicate' : refused(failure)
  const again = documents.filter((_, index) => isConflict(outcomes[index]))
  if (again.length === 0 || attempts === 1) return outcomes
  const retried = await bulkInsert(database, collection, again, attempts - 1)
  return outcomes.map((outcome, index) => retried[again.indexOf(documents[index]!)] ?? outcome)
}

/** Inserts one document. */
export async function insertOne(
  database: Database,
  collection: string,
  document: Document,
): Promise<'inserted' | 'duplicate'> {
  const [outcome] = await bulkInsert(database, collection, [document])
  if (outcome instanceof Error) throw outcome
  return outcome!
}

/** An update of the document with that id, by a pipeline that has an `onlyIf`. */
export interface Update {
  readonly id: string
  readonly pipeline: readonly Document[]
  /** Whether a missing document is created. */
  readonly upsert?: boolean
}

/** `lost`: its condition did not hold, or there is no such document. An Error concerns only that update. */
export type UpdateOutcome = 'done' | 'lost' | Error

/** Updates many documents in one round trip. Each succeeds or fails independently, and sees earlier updates of its document. */
export async function bulkUpdate(
  database: Database,
  collection: string,
  updates: readonly Update[],
): Promise<readonly UpdateOutcome[]> {
  const outcomes = await attemptBulkUpdate(database, collection, updates)
  const again = updates.filter(({ upsert }, index) => upsert && outcomes[index] instanceof Error)
  if (again.length === 0) return outcomes
  // If two updates create a document at the same time, one fails: with E11000 on MongoDB, with another error on other engines.
  // It has changed nothing, and when it is repeated the document exists.
  const retried = await attemptBulkUpdate(database, collection, again)
  return outcomes.map((outcome, index) => retried[again.indexOf(updates[index]!)] ?? outcome)
}

async function attemptBulkUpdate(
  database: Database,
  collection: string,
  updates: readonly Update[],
): Promise<readonly UpdateOutcome[]> {
  const reply = await database.attempt({
    update: collection,
    ordered: false,
    updates: updates.map(({ id, pipeline, upsert = false }) => ({ q: { _id: { $eq: id } }, u: pipeline, upsert })),
  })
  const outcomes = updates.map((): UpdateOutcome => 'done')
  const failures = reply.writeErrors ?? []
  for (const failure of failures) outcomes[failure.index] = isLost(failure.errmsg) ? 'lost' : refused(failure)
  const done = updates.filter((_, index) => outcomes[index] === 'done').map(({ id }) => id)
  if (reply.n === done.length) return outcomes
  const missing = reply.n === 0 ? new Set(done) : await missingOf(database, collection, done)
  return outcomes.map((outcome, index) => (missing.has(updates[index]!.id) ? 'lost' : outcome))
}

/** Finds the missing documents, which the reply counts and does not name. A deleted document is not created again, so a read finds out. */
async function missingOf(database: Database, collection: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const filter = { _id: { $in: ids } }
  const reply = await database.read({ find: collection, filter, projection: { _id: 1 }, batchSize: ids.length + 1 })
  const missing = new Set(ids)
  for (const { _id } of reply.cursor!.firstBatch) missing.delete(_id as string)
  return missing
}
