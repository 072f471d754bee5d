import { deepEqual } from 'node:assert/strict'
import { casesOf } from './case.js'

export const schema = casesOf('schema', {
  async 'a store that is in use has no pending migrations, and migrating it again does nothing'(store, other) {
    await store.now()

    deepEqual(await store.schema!.pending(), [])
    deepEqual(await Promise.all([store.schema!.migrate(), other.schema!.migrate()]), [[], []])
  },
})
