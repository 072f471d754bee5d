import { browserEnvironment, type Client, type ClientActivity, createClient } from '@sessionward/client'
import { now, type PageConfig } from './config.js'
import type { Outcome, StageEvent } from './stage/events.js'
import type { Wire } from './wire.js'

export interface Watched {
  readonly client: Client
  /** One request for `GET /api/hello`. Where the auth server is away it waits for it and asks again, as an app would. */
  ask(): Promise<void>
}

export interface WatchOptions {
  readonly config: PageConfig
  readonly wire: Wire
  readonly lane: string
  readonly emit: (event: StageEvent) => void
  readonly generation: () => number | undefined
  readonly client?: { readonly clientId: string; readonly transport: 'body' }
}

/** A client whose every step is drawn. */
export function watch(options: WatchOptions): Watched {
  const { config, wire, lane, emit } = options
  const calls = new Map<number, string>()
  let count = 0
  let beginning: string | undefined
  let sending: string | undefined

  const client = createClient({
    server: config.auth,
    origins: [config.api],
    ...options.client,
    environment: {
      ...browserEnvironment(),
      // The client announces a request and sends it in the same turn, so the announcement names the call.
      fetch(request) {
        const call = new URL(request.url).origin === config.api ? sending : undefined
        sending = undefined
        const generation = options.generation()
        return wire.fetch(request, { lane, call, generation })
      },
    },
  })

  function follow(activity: ClientActivity): void {
    if (activity.type !== 'request') return
    const { id, at } = activity
    if (activity.phase === 'accepted' && beginning !== undefined) calls.set(id, beginning)
    const call = calls.get(id)
    if (call === undefined) return
    if (activity.phase === 'waiting') emit({ type: 'waiting', call, at })
    if (activity.phase === 'sent') {
      emit({ type: 'resumed', call, at })
      sending = call
    }
  }
  client.on('activity', follow)
  client.on('refresh', ({ generation, by }) => {
    if (by === 'another-tab') emit({ type: 'adopted', lane, generation, at: now() })
  })

  return {
    client,
    async ask() {
      const call = `${lane}:${++count}`
      emit({ type: 'call', call, lane, at: now() })
      let outcome: Outcome = 'lost'
      try {
        for (;;) {
          beginning = call
          const asking = client.fetch(`${config.api}/api/hello`)
          beginning = undefined
          const response = await asking.catch(async (error: Error) => {
            if (error.name !== 'RefreshUnavailableError') throw error
            emit({ type: 'waiting', call, at: now() })
            await reachable(client)
          })
          if (!response) continue
          outcome = response.ok ? 'ok' : 'refused'
          return
        }
      } finally {
        emit({ type: 'settled', call, outcome, at: now() })
      }
    },
  }
}

/** Resolves when the auth server has answered again, or the session is over. */
function reachable(client: Client): Promise<void> {
  const away = (): boolean => client.state === 'degraded' || client.state === 'refreshing'
  return new Promise((resolve) => {
    if (!away()) return resolve()
    const stop = client.subscribe(() => {
      if (away()) return
      stop()
      resolve()
    })
  })
}
