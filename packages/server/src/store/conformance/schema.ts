import { deepEqual } from 'node:assert/strict'
import { casesOf } from './case.js'

/** Tables that are there. */
export const schema = casesOf('schema', {
  async 'a store that is in use lacks no step, and migrating it again does nothing'(store, other) {
    await store.now()

    deepEqual(await store.schema!.pending(), [])
    deepEqual(await Promise.all([store.schema!.migrate(), other.schema!.migrate()]), [[], []])
  },
})
