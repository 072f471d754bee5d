import type { Commands } from './commands.js'
import type { Document } from './database.js'
import { now } from './expressions.js'

/** Documents by id, and the clock of the moment of reading; null where nothing was found that could bring it along. */
export interface Found {
  readonly byId: ReadonlyMap<string, Document>
  readonly now: number | null
}

/** Reads the documents of many ids on one trip. */
export async function findEach(
  commands: Commands,
  collection: string,
  ids: readonly string[],
  projection: Document,
): Promise<Found> {
  const { cursor } = await commands.read({
    find: collection,
    filter: { _id: { $in: [...new Set(ids)] } },
    projection: { ...projection, now },
    batchSize: ids.length + 1,
  })
  // More than one answer holds, 16 MB: what is cut off must not pass for unknown.
  if (String(cursor!.id) !== '0' && ids.length > 1) return joined(await halves(commands, collection, ids, projection))
  const rows = cursor!.firstBatch
  return {
    byId: new Map(rows.map((row) => [row._id as string, row])),
    now: rows.length > 0 ? (rows[0]!.now as number) : null,
  }
}

function halves(commands: Commands, collection: string, ids: readonly string[], projection: Document) {
  const middle = ids.length >> 1
  return Promise.all([
    findEach(commands, collection, ids.slice(0, middle), projection),
    findEach(commands, collection, ids.slice(middle), projection),
  ])
}

function joined([one, other]: readonly [Found, Found]): Found {
  return { byId: new Map([...one.byId, ...other.byId]), now: one.now ?? other.now }
}
