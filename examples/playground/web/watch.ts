import { browserEnvironment, type Client } from '@sessionward/client'
import { type ClientActivity, watchActivity } from '@sessionward/client/activity'
import { connect } from './calls/connect.js'
import { now, type PageConfig } from './config.js'
import type { Outcome, StageEvent } from './stage/events.js'
import type { Wire } from './wire.js'

export interface Watched {
  readonly client: Client
  /** `client.fetch`, drawn as one call: from its start to its answer. */
  readonly fetch: Client['fetch']
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

  const client = connect(config.auth, config.api, {
    ...options.client,
    environment: {
      ...browserEnvironment(),
      // The client announces a request and sends it in the same turn, so the announcement identifies the call.
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
  watchActivity(client, follow)
  client.on('refresh', ({ generation, by }) => {
    if (by === 'another-tab') emit({ type: 'adopted', lane, generation, at: now() })
  })

  return {
    client,
    async fetch(input, init) {
      const call = `${lane}:${++count}`
      emit({ type: 'call', call, lane, at: now() })
      let outcome: Outcome = 'lost'
      try {
        beginning = call
        const answer = client.fetch(input, init)
        beginning = undefined
        const response = await answer
        outcome = response.ok ? 'ok' : 'refused'
        return response
      } finally {
        emit({ type: 'settled', call, outcome, at: now() })
      }
    },
  }
}
