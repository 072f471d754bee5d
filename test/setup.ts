import type { TestProject } from 'vitest/node'
import { buildPageScript } from '../scripts/page-script.mjs'
import { ServiceDesk } from '../scripts/services/desk.mjs'
import { isServiceName, prepareServices } from '../scripts/services/start.mjs'
import { chosenStores } from '../scripts/stores.mjs'
import { ensureStrace } from '../scripts/strace.mjs'

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of the desk at which test files ask for servers: see packages/server/test/harness/services.ts. */
    services: string
  }
}

/** Before the unit tests: what the machine may lack, and the script of the interstitial; after them: the servers that they asked for are ended. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  ensureStrace()
  await buildPageScript()
  await prepareServices(chosenStores().filter(isServiceName))
  const desk = new ServiceDesk()
  project.provide('services', await desk.open())
  return () => desk.close()
}
