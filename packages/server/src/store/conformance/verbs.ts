import assert from 'node:assert/strict'
import { type Store, StoreUnavailableError } from '../store.js'
import { account, owner, session, signingKey, storedEvent, successor } from './samples.js'

/** A call of each verb. They are about data of nobody else's, because a call without an answer may take place later. */
function everyVerb(store: Store): Readonly<Record<string, () => Promise<unknown>>> {
  const { sessions, accounts, keys, counters, oneTimeValues, events, schema } = store
  const who = owner()
  const one = session()
  return {
    'sessions.create': () => sessions.create(one),
    'sessions.lastOrdinal': () => sessions.lastOrdinal(who),
    'sessions.find': () => sessions.find(one.id),
    'sessions.confirm': () => sessions.confirm(one.id, one, successor(one)),
    'sessions.touch': () => sessions.touch(one.id, one, 1),
    'sessions.revoke': () => sessions.revoke(one.id, 'signed_out', 1),
    'sessions.revokeBySubject': () => sessions.revokeBySubject(who, 'signed_out', 1),
    'sessions.listBySubject': () => sessions.listBySubject(who),
    'sessions.outdateProfile': () => sessions.outdateProfile(who, 1),
    'sessions.recordProfileChange': () => sessions.recordProfileChange(who, 1, 1),
    'sessions.revokedSince': () => sessions.revokedSince(null),
    'sessions.deleteExpired': () => sessions.deleteExpired(24 * 3600, 1),
    'accounts.create': () => accounts.create(account()),
    'accounts.find': () => accounts.find(who),
    'accounts.findByUsername': () => accounts.findByUsername('', who.subject),
    'accounts.changePassword': () => accounts.changePassword(who, '', ''),
    'accounts.update': () => accounts.update(who, 0, {}),
    'accounts.hasScope': () => accounts.hasScope(who.subject),
    'keys.list': () => keys.list(),
    'keys.create': () => keys.create(signingKey()),
    'keys.rotate': () => keys.rotate({ current: one.id, next: who.subject }),
    'keys.deleteRetired': () => keys.deleteRetired(1),
    'counters.add': () => counters.add(one.id, 1, 1),
    'counters.add of nothing': () => counters.add(who.subject, 0, 1),
    'oneTimeValues.claim': () => oneTimeValues.claim(one.id, 1),
    'events.append': () => events.append(storedEvent()),
    'events.list': () => events.list({ limit: 1 }),
    'events.list of an owner': () => events.list({ owner: who, limit: 1 }),
    'events.deleteOlderThan': () => events.deleteOlderThan(1, 1),
    now: () => store.now(),
    ...(schema && { 'schema.pending': () => schema.pending() }),
  }
}

/**
 * Asserts that each verb rejects because the store is unavailable, asked all at once, `times` over.
 *
 * @param message What each says.
 * @param answered Verbs that may answer.
 */
export async function assertUnavailable(
  store: Store,
  { message = /./, times = 1, answered = [] as readonly string[] } = {},
): Promise<void> {
  const asked: Promise<readonly [string, unknown]>[] = []
  for (let time = 0; time < times; time++) {
    for (const [verb, ask] of Object.entries(everyVerb(store))) {
      if (answered.includes(verb)) continue
      asked.push(
        ask().then(
          () => [verb, 'answered'],
          (error) => [verb, error],
        ),
      )
    }
    // So that the next wait behind these, in a pool or a batch.
    await new Promise((resolve) => setImmediate(resolve))
  }
  const isExpected = (outcome: unknown) => outcome instanceof StoreUnavailableError && message.test(outcome.message)
  const others = (await Promise.all(asked)).filter(([, outcome]) => !isExpected(outcome))
  assert.deepEqual(
    others.map(([verb, outcome]) => `${verb}: ${outcome}`),
    [],
  )
}
