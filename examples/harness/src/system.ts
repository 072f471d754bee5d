import { memoryStore } from '@sessionward/server/store/memory'
import { type ApiServer, startApiServer } from './api-server.js'
import { type Account, type ExampleAuthServer, type ExampleAuthServerOptions, startAuthServer } from './auth-server.js'
import { blankPage } from './blank-page.js'
import { type Clock, createClock } from './clock.js'
import { type Origin, openOrigin } from './origin.js'

export interface SystemOptions extends Partial<ExampleAuthServerOptions> {
  /** Seconds. Default 300. */
  readonly accessTokenLifetime?: number
  /** Host name of the page. Default `localhost`; of others the browser must know that they mean this machine. */
  readonly pageHost?: string
}

/** An auth server, a business server and a page, each on an origin of its own. */
export interface System {
  readonly auth: ExampleAuthServer
  readonly api: ApiServer
  /** Serves an empty page, until it is given a server of its own. */
  readonly page: Pick<Origin, 'url' | 'serve'>
  /** The time of the store and of the business server's guard. The browser keeps its own. */
  readonly clock: Clock
  readonly accounts: readonly [Account, Account]
  /** Moves the clock past the end of every access token that has been issued. */
  expireAccessTokens(): void
  close(): Promise<void>
}

/** Starts the smallest complete system, in memory unless `store` is given. What was started is closed if a part cannot start. */
export async function startSystem(options: SystemOptions = {}): Promise<System> {
  const { accessTokenLifetime = 300, pageHost = 'localhost', ...authOptions } = options
  const clock = createClock()
  const origins = await Promise.all([openOrigin(), openOrigin(), openOrigin()])
  const [authOrigin, apiOrigin, pageOrigin] = origins
  const page = { serve: pageOrigin.serve, url: pageOrigin.url.replace('localhost', pageHost) }
  const closers: (() => unknown)[] = []
  const close = async () => {
    for (const one of closers.reverse()) await one()
    await Promise.all(origins.map((origin) => origin.close()))
  }
  try {
    const auth = await startAuthServer(authOrigin, {
      store: memoryStore({ now: clock.now }),
      origins: [page.url],
      lifetimes: { accessToken: accessTokenLifetime },
      ...authOptions,
    })
    closers.push(auth.close)
    const { guardCredential, url: issuer } = auth
    const api = await startApiServer(apiOrigin, {
      issuer,
      guardCredential,
      page: page.url,
      now: clock.now,
      envelope: authOptions.envelope,
    })
    closers.push(api.close)
    page.serve(blankPage)
    return {
      auth,
      api,
      page,
      clock,
      accounts: auth.accounts,
      // A minute more than any clock tolerance.
      expireAccessTokens: () => clock.advance(accessTokenLifetime + 60),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
