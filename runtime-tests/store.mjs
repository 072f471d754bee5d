// @ts-check
import { join } from 'node:path'
import { conformance } from '@sessionward/server/store/conformance'
import { sqliteStore } from '@sessionward/server/store/sqlite'

/** The contract of stores on SQLite: `node:sqlite` where this runtime has it, else libsql. @param {string} folder */
export async function withStore(folder) {
  let opened = 0
  return conformance(() => sqliteStore(join(folder, `contract-${opened++}.db`)))
}
