import { type System, type SystemOptions, startSystem } from '@sessionward/example-harness'
import { onTestFinished } from 'vitest'

/** Starts an auth server, a business server and a blank page. Closed with the story. */
export async function openSystem(options?: SystemOptions): Promise<System> {
  const system = await startSystem(options)
  onTestFinished(() => system.close())
  return system
}
