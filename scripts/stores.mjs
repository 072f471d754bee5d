// @ts-check

/**
 * What sessions can be stored in, and whether tests run on it unasked. The others take longer than a plain `npm test` may, and
 * run in `npm run test:all`.
 */
const stores = /** @type {const} */ ({
  memory: { unasked: true, files: ['memory'] },
  sqlite: { unasked: true, files: ['sqlite'] },
  postgres: { unasked: true, files: ['postgres'] },
  mariadb: { unasked: true, files: ['mariadb', 'mysql'] },
  redis: { unasked: true, files: ['redis'] },
  mysql: { unasked: false, files: ['mysql'] },
  mongodb: { unasked: false, files: ['mongodb'] },
})

/** @typedef {keyof typeof stores} StoreName */

const names = /** @type {StoreName[]} */ (Object.keys(stores))

/**
 * The stores that the tests run on: the environment's STORES, such as `postgres,redis`, else those that need no asking.
 *
 * @returns {readonly StoreName[]}
 */
export function chosenStores() {
  const given = process.env.STORES?.split(',').map((name) => name.trim())
  if (!given) return names.filter((name) => stores[name].unasked)
  const unknown = given.filter((name) => !Object.hasOwn(stores, name))
  if (unknown.length > 0) throw new Error(`STORES: expected some of ${names.join(',')}, not ${unknown.join(',')}`)
  return names.filter((name) => given.includes(name))
}

/**
 * Test files that are not named after a store, and have nothing to run on without one of these.
 *
 * @type {Readonly<Record<string, readonly StoreName[]>>}
 */
const needed = {
  'test/services.test.ts': ['postgres', 'mariadb', 'redis', 'mysql', 'mongodb'],
  'examples/playground/test/databases.test.ts': names.filter((name) => name !== 'memory'),
  'e2e/nodes-killed-in-turn.test.ts': ['sqlite', 'postgres', 'mariadb', 'redis'],
  'e2e/sign-out-on-one-node-reaches-the-guards-of-all.test.ts': ['sqlite', 'postgres', 'mariadb', 'redis'],
  'e2e/failover-that-loses-the-last-second.test.ts': ['sqlite', 'postgres', 'mariadb', 'redis'],
  'e2e/database-outage-and-recovery.test.ts': ['postgres', 'mariadb', 'redis'],
  'e2e/restore-from-a-backup.test.ts': ['postgres'],
}

/** Test files of stores none of which is chosen: they are not collected, so they count as no skip. */
export function testsOfOtherStores() {
  const chosen = chosenStores()
  const ours = new Set(chosen.flatMap((name) => /** @type {readonly string[]} */ (stores[name].files)))
  return [
    ...names.filter((name) => !ours.has(name)).map((name) => `{packages/*/,examples/*/,}test/**/${name}*.test.ts`),
    ...Object.keys(needed).filter((file) => !needed[file]?.some((name) => chosen.includes(name))),
  ]
}
