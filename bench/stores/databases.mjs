// The database servers of the bench: one of each kind, started when the first store asks for it, durable as in production.
import { randomBytes } from 'node:crypto'
import { startService } from '../../scripts/services/start.mjs'
import { useDisk } from '../harness/scratch.mjs'

const started = new Map()

async function serverFor(driver) {
  if (!driver.service) return { url: undefined, createDatabase: async () => undefined }
  useDisk()
  const known = started.get(driver.service)
  if (known) return known
  const server = await startService(driver.service, { args: driver.args })
  started.set(driver.service, server)
  return server
}

const load = (store) => import(`./stores/${store}.mjs`)

/** How durable the store's database is, as it says itself; or why it is missing. */
export async function promiseOf(store) {
  const driver = await load(store)
  if (driver.promise) return { promise: driver.promise }
  const server = await serverFor(driver)
  if ('missing' in server) return { missing: `not measured: ${server.missing}` }
  const client = await driver.connect({ url: server.url, database: 'bench' })
  const settings = await driver.promiseOf(client)
  await driver.disconnect(client)
  return { promise: [server.version, server.from, ...settings].filter(Boolean).join(', ') }
}

/** A new database, and what ends it. */
export async function openDatabase(store) {
  const server = await serverFor(await load(store))
  if ('missing' in server) throw new Error(server.missing)
  const database = `bench_${randomBytes(6).toString('hex')}`
  return { place: { url: await server.createDatabase(database), database } }
}

export async function closeDatabases() {
  for (const server of started.values()) if ('stop' in server) await server.stop()
}
