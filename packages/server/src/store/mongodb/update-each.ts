import type { Commands } from './commands.js'
import type { Document } from './database.js'
import { isLost } from './expressions.js'
import { refused } from './unavailable.js'

/** An update of the one document of an id, whose pipeline has an `onlyIf`. */
export interface Statement {
  readonly id: string
  readonly pipeline: readonly Document[]
  /** Whether a document that is missing is made. */
  readonly upsert?: boolean
}

/** `lost`: its condition did not hold, or there is no such document. An Error is the answer of that statement alone. */
export type Outcome = 'done' | 'lost' | Error

/** Updates many documents on one trip, each by itself. Of statements on one document the later sees what the earlier did. */
export async function updateEach(
  commands: Commands,
  collection: string,
  statements: readonly Statement[],
): Promise<readonly Outcome[]> {
  const outcomes = await attemptEach(commands, collection, statements)
  const again = statements.filter(({ upsert }, index) => upsert && outcomes[index] instanceof Error)
  if (again.length === 0) return outcomes
  // Two that make the same document at once get in each other's way, and who comes second fails: with E11000 on MongoDB,
  // otherwise on other engines. The second time it is there. A statement that failed has changed nothing.
  const seconds = await attemptEach(commands, collection, again)
  return outcomes.map((outcome, index) => seconds[again.indexOf(statements[index]!)] ?? outcome)
}

async function attemptEach(
  commands: Commands,
  collection: string,
  statements: readonly Statement[],
): Promise<readonly Outcome[]> {
  const reply = await commands.attempt({
    update: collection,
    ordered: false,
    updates: statements.map(({ id, pipeline, upsert = false }) => ({ q: { _id: { $eq: id } }, u: pipeline, upsert })),
  })
  const outcomes = statements.map((): Outcome => 'done')
  const failures = reply.writeErrors ?? []
  for (const failure of failures) outcomes[failure.index] = isLost(failure.errmsg) ? 'lost' : refused(failure)
  const done = statements.filter((_, index) => outcomes[index] === 'done').map(({ id }) => id)
  if (reply.n === done.length) return outcomes
  const missing = reply.n === 0 ? new Set(done) : await missingOf(commands, collection, done)
  return outcomes.map((outcome, index) => (missing.has(statements[index]!.id) ? 'lost' : outcome))
}

/** The command counts documents that are not there and does not name them. What is swept stays away, so it can be asked. */
async function missingOf(commands: Commands, collection: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const filter = { _id: { $in: ids } }
  const reply = await commands.read({ find: collection, filter, projection: { _id: 1 }, batchSize: ids.length + 1 })
  const missing = new Set(ids)
  for (const { _id } of reply.cursor!.firstBatch) missing.delete(_id as string)
  return missing
}
