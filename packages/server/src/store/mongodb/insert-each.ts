import type { Commands } from './commands.js'
import type { Document } from './database.js'
import { duplicateKey, isConflict, refused, type WriteError } from './unavailable.js'

/** `duplicate`: one of its unique keys is there already. An Error is the answer of that document alone. */
export type Inserted = 'inserted' | 'duplicate' | Error

/** Keeps many new documents on one trip, each by itself. */
export async function insertEach(
  commands: Commands,
  collection: string,
  documents: readonly Document[],
  attempts = 4,
): Promise<readonly Inserted[]> {
  const { writeErrors } = await commands.attempt({ insert: collection, ordered: false, documents })
  const outcomes = documents.map((): Inserted => 'inserted')
  for (const failure of writeErrors ?? []) outcomes[failure.index] = outcomeOf(failure)
  const again = documents.filter((_, index) => isConflict(outcomes[index]))
  if (again.length === 0 || attempts === 1) return outcomes
  const seconds = await insertEach(commands, collection, again, attempts - 1)
  return outcomes.map((outcome, index) => seconds[again.indexOf(documents[index]!)] ?? outcome)
}

function outcomeOf(failure: WriteError): Inserted {
  return failure.code === duplicateKey ? 'duplicate' : refused(failure)
}

/** Keeps one. */
export async function insertOne(
  commands: Commands,
  collection: string,
  document: Document,
): Promise<'inserted' | 'duplicate'> {
  const [outcome] = await insertEach(commands, collection, [document])
  if (outcome instanceof Error) throw outcome
  return outcome!
}
