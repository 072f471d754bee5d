import { onTestFinished } from 'vitest'
import type { AuthServer } from '../../src/auth-server.js'
import type { AuthServerOptions } from '../../src/options.js'
import { createAuthServer } from '../../src/server.js'
import { Clock } from './clock.js'
import { type People, people } from './people.js'
import { testSecrets } from './secrets.js'
import { type Driver, type Interposed, interpose, memoryDriver } from './stores.js'

export interface TestServer {
  readonly auth: AuthServer
  readonly clock: Clock
  readonly stored: Interposed
  readonly directory: People
  /** What the operator reads: each message with its level before it. */
  readonly logged: readonly string[]
}

export const appOrigin = 'https://app.example.com'

/** An auth server at https://auth.example.com with two people, closed when the test ends. */
export function testServer(options: Partial<AuthServerOptions> = {}, driver: Driver = memoryDriver): TestServer {
  const clock = new Clock()
  const opened = driver.open(clock.read)
  const stored = interpose(opened.store)
  const directory = people('ann', 'bob')
  const logged: string[] = []
  const log = (level: string) => (message: string) => void logged.push(`${level} ${message}`)
  const auth = createAuthServer({
    issuer: 'https://auth.example.com',
    mode: 'production',
    store: stored.store,
    secrets: testSecrets(),
    origins: [appOrigin],
    directory,
    logger: { warn: log('warn'), error: log('error') },
    ...options,
  })
  onTestFinished(async () => {
    stored.away = false
    stored.before = undefined
    await auth.close()
    await opened.dispose()
  })
  return { auth, clock, stored, directory, logged }
}
