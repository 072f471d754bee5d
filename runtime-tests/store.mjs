// @ts-check
import { join } from 'node:path'
import { conformance } from '@sessionward/server/store/conformance'
import { sqliteStore } from '@sessionward/server/store/sqlite'

/** The contract of stores on SQLite, which has no relay: `node:sqlite` where this runtime has it, else libsql. @param {string} folder */
export function storeCases(folder) {
  const open = () => sqliteStore(join(folder, 'contract.db'))
  return conformance
    .filter(({ part }) => part !== 'relay')
    .map(({ part, title, run }) => ({ title: `${part}: ${title}`, run: () => run({ open }) }))
}
