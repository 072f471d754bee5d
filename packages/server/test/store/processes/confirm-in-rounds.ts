import { writeSync } from 'node:fs'
import { session, successor } from '../../../src/store/conformance/samples.js'
import { sqliteStore } from '../../../src/store/sqlite/index.js'

// In each round every session is confirmed at once; a line says that all have been answered.
const [path = '', rounds = '', atOnce = ''] = process.argv.slice(2)
const store = sqliteStore(path)
let records = Array.from({ length: Number(atOnce) }, () => session())
await Promise.all(records.map((record) => store.sessions.create(record)))
writeSync(1, 'answered\n')

for (let round = 0; round < Number(rounds); round++) {
  records = await Promise.all(
    records.map(async (record) => {
      const next = successor(record)
      await store.sessions.confirm(record.id, record, next)
      return { ...record, ...next }
    }),
  )
  writeSync(1, 'answered\n')
}
await store.close()
