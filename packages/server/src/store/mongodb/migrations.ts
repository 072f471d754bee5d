import type { Migration } from '../store.js'
import type { Document } from './client.js'
import type { Names } from './names.js'

/**
 * The migrations from an empty database to the current collections. One that was released is never changed; a new one is
 * appended. A statement is a command of MongoDB as JSON, and may be run again: a migration that died halfway starts anew.
 */
export function migrationsFor(names: Names): readonly Migration[] {
  return [
    {
      version: 1,
      title: 'sessions, accounts, keys, counters, one-time values and events',
      statements: [
        indexes(names.sessions, [
          {
            name: 'active_of_subject',
            key: { tenant: 1, subject: 1, createdAt: -1 },
            partialFilterExpression: { active: true },
          },
          { name: 'to_sweep', key: { sweepAt: 1 } },
          { name: 'entries_since', key: { 'entry.at': 1 }, partialFilterExpression: { 'entry.at': { $exists: true } } },
          {
            name: 'entries_to_sweep',
            key: { 'entry.expires': 1 },
            partialFilterExpression: { 'entry.expires': { $exists: true } },
          },
        ]),
        indexes(names.profileChanges, [
          { name: 'since', key: { at: 1 } },
          { name: 'to_sweep', key: { expires: 1 } },
        ]),
        indexes(names.accounts, [
          { name: 'by_username', key: { tenant: 1, usernameKey: 1 }, unique: true },
          { name: 'by_word', key: { words: 1 } },
        ]),
        // What they delete is gone already: a counter whose window is over, a value whose time is. Nothing else has such an
        // index, for MongoDB deletes at its own times and knows of no other condition.
        indexes(names.counters, [{ name: 'to_sweep', key: { resetsAt: 1 }, expireAfterSeconds: 0 }]),
        indexes(names.oneTimeValues, [{ name: 'to_sweep', key: { expiresAt: 1 }, expireAfterSeconds: 0 }]),
        indexes(names.events, [
          { name: 'by_time', key: { at: -1 } },
          { name: 'of_subject', key: { tenant: 1, subject: 1, at: -1 } },
        ]),
        JSON.stringify({
          update: names.keys,
          updates: [{ q: { _id: 'ring' }, u: { $setOnInsert: { keys: [] } }, upsert: true }],
        }),
      ],
    },
    {
      version: 2,
      title: 'the order of sign-ins under a session policy',
      statements: [
        indexes(names.sessions, [
          {
            name: 'by_ordinal',
            key: { tenant: 1, subject: 1, ordinal: 1 },
            unique: true,
            partialFilterExpression: { ordinal: { $exists: true } },
          },
        ]),
      ],
    },
  ]
}

function indexes(collection: string, all: readonly Document[]): string {
  return JSON.stringify({ createIndexes: collection, indexes: all })
}
