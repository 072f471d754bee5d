import { type TestServer, testServer } from './auth-server.js'
import { testSecrets } from './secrets.js'
import { type Driver, memoryDriver } from './stores.js'

/** Two auth servers with the same secrets and options on one store, as two nodes are. */
export function twoNodes(
  options: Parameters<typeof testServer>[0] = {},
  driver: Driver = memoryDriver,
): readonly [TestServer, TestServer] {
  const secrets = testSecrets()
  const first = testServer({ ...options, secrets }, driver)
  const shared: Driver = { name: driver.name, open: () => ({ store: first.stored.store, dispose: async () => {} }) }
  return [first, testServer({ ...options, secrets }, shared)]
}
