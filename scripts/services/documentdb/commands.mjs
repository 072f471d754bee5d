// @ts-check
import { mongoError, namedError, sqlStateOf } from './errors.mjs'
import { decode, encode } from './wire.mjs'

/** @typedef {import('./wire.mjs').Document} Document */
/** @typedef {(sql: string, parameters: unknown[]) => Promise<Record<string, unknown> | undefined>} FirstRow */
/** @typedef {{ database: string, body: Document, row: FirstRow, cursors: Map<string, string> }} Call */

/** What concerns a session, a transaction or a cluster; the rest of a command goes to DocumentDB as it came. */
const ofTheEnvelope = new Set([
  ...[
    '$db',
    '$clusterTime',
    '$readPreference',
    'lsid',
    'txnNumber',
    'stmtId',
    'stmtIds',
    'autocommit',
    'startTransaction',
  ],
  ...['readConcern', 'writeConcern', 'apiVersion', 'apiStrict', 'apiDeprecationErrors', 'recoveryToken', 'maxTimeMS'],
])

/** @param {Document} command @returns {Document} */
export function bodyOf(command) {
  return Object.fromEntries(Object.entries(command).filter(([name]) => !ofTheEnvelope.has(name)))
}

const createIndexes = 'SELECT documentdb_api_internal.create_indexes_non_concurrently($1, $2, true)::text AS answer'

/**
 * MongoDB's commands on DocumentDB's functions.
 *
 * @type {Readonly<Record<string, (call: Call) => Promise<Document>>>}
 */
export const commands = {
  insert: (call) => write(call, 'documentdb_api.insert'),
  update: (call) => write(call, 'documentdb_api.update'),
  delete: (call) => write(call, 'documentdb_api.delete'),
  findandmodify: (call) => write(call, 'documentdb_api.find_and_modify'),
  find: (call) => firstPage(call, 'find_cursor_first_page'),
  aggregate: (call) => firstPage(call, 'aggregate_cursor_first_page'),
  listcollections: (call) => firstPage(call, 'list_collections_cursor_first_page'),
  listindexes: (call) => firstPage(call, 'list_indexes_cursor_first_page'),
  getmore: nextPage,
  killcursors: async ({ body, cursors }) => {
    const ids = /** @type {unknown[]} */ (body.cursors ?? [])
    for (const id of ids) cursors.delete(String(id))
    return { cursorsKilled: ids, cursorsNotFound: [], cursorsAlive: [], cursorsUnknown: [], ok: 1 }
  },
  count: (call) => answer(call, 'SELECT document::text AS answer FROM documentdb_api.count_query($1, $2)'),
  distinct: (call) => answer(call, 'SELECT document::text AS answer FROM documentdb_api.distinct_query($1, $2)'),
  create: (call) => answer(call, 'SELECT documentdb_api.create_collection_view($1, $2)::text AS answer'),
  // At once and in the foreground, `true` also where the collection is there already: otherwise builders in the background do
  // it, who look for work every two seconds.
  createindexes: async (call) => shardAnswer(await answer(call, createIndexes)),
  dropindexes: async (call) => shardAnswer(await answer(call, 'CALL documentdb_api.drop_indexes($1, $2)', 'retval')),
  async drop({ database, body, row }) {
    await row('SELECT documentdb_api.drop_collection($1, $2)', [database, String(body.drop)])
    return { ok: 1 }
  },
  async dropdatabase({ database, row }) {
    await row('SELECT documentdb_api.drop_database($1)', [database])
    return { ok: 1 }
  },
  async listdatabases({ body, row }) {
    const found = await row('SELECT documentdb_api.list_databases($1)::text AS answer', [hex(body)])
    return fromHex(found?.answer)
  },
}

/** @param {Call} call @param {string} name */
async function write(call, name) {
  const result = await answer(call, `SELECT p_result::text AS answer FROM ${name}($1, $2)`)
  const errors = /** @type {Document[] | undefined} */ (result.writeErrors)
  return errors ? { ...result, writeErrors: errors.map(translated) } : result
}

/** @param {Call} call @param {string} name */
async function firstPage({ database, body, row, cursors }, name) {
  const sql = `SELECT cursorpage::text AS page, continuation::text AS continuation FROM documentdb_api.${name}($1, $2)`
  const found = await row(sql, [database, hex(body)])
  return page(found, cursors)
}

/** @param {Call} call */
async function nextPage({ database, body, row, cursors }) {
  const id = String(body.getMore)
  const continuation = cursors.get(id)
  if (continuation === undefined) return { ok: 0, ...namedError('CursorNotFound', `cursor id ${id} not found`) }
  cursors.delete(id)
  const sql =
    'SELECT cursorpage::text AS page, continuation::text AS continuation FROM documentdb_api.cursor_get_more($1, $2, $3)'
  return page(await row(sql, [database, hex(body), continuation]), cursors)
}

/** @param {Record<string, unknown> | undefined} found @param {Map<string, string>} cursors */
function page(found, cursors) {
  const document = fromHex(found?.page)
  const { id } = /** @type {{ id: unknown }} */ (document.cursor)
  if (found?.continuation && String(id) !== '0') cursors.set(String(id), String(found.continuation))
  return document
}

/** @param {Call} call @param {string} sql @param {string} [column] */
async function answer({ database, body, row }, sql, column = 'answer') {
  return fromHex((await row(sql, [database, hex(body)]))?.[column])
}

/** Answers about indexes come as from a cluster, by shard. @param {Document} result @returns {Document} */
function shardAnswer(result) {
  const { defaultShard } = /** @type {{ defaultShard?: Document }} */ (result.raw ?? {})
  const own = translated(defaultShard ?? result)
  return { ...own, ok: Number(own.ok) }
}

/** @param {Document} error a write error, or an answer that may be one */
function translated(error) {
  if (error.code === undefined) return error
  return { ...error, ...mongoError(sqlStateOf(Number(error.code)), String(error.errmsg)) }
}

/** @param {Document} document */
function hex(document) {
  return `BSONHEX${Buffer.from(encode(document)).toString('hex')}`
}

/** @param {unknown} text */
function fromHex(text) {
  return decode(Buffer.from(String(text).slice('BSONHEX'.length), 'hex'))
}
