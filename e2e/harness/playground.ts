import { onTestFinished } from 'vitest'
import { startPlayground } from '../../examples/playground/src/start.js'

/** The playground's three servers as they are started for a story: in this process, on free ports. */
export type Playground = Awaited<ReturnType<typeof startPlayground>>

/** Starts the three servers with accounts of their own. Closed with the story. */
export async function openPlayground(options: { readonly accessTokenLifetime?: number } = {}): Promise<Playground> {
  const playground = await startPlayground({ authPort: 0, apiPort: 0, webPort: 0, quiet: true, ...options })
  onTestFinished(() => playground.close())
  return playground
}

/** The first seeded account, with its password. */
export function firstAccount(playground: Playground): Playground['accounts'][number] {
  const [account] = playground.accounts
  if (account === undefined) throw new Error('the playground has no seeded account')
  return account
}
