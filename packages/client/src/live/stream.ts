import { type Problem, parseSessionEvent, type SessionEnded } from '@sessionward/protocol'
import type { BackendAnswer } from '../backend/backend.js'
import { problemIn } from '../backend/problem.js'
import { responseView } from '../backend/response-view.js'
import { retryAfter } from '../backend/retry-after.js'
import type { ClientConfig } from '../config.js'
import { readEvents } from './event-reader.js'

export interface StreamListener {
  /** An event arrived. */
  onAlive(): void
  onEnded(event: SessionEnded): void
}

/** One event stream of the auth server. */
export interface Stream {
  /** Resolves when nothing will come any more, with the answer where that is no stream. Never rejects. */
  readonly closed: Promise<BackendAnswer>
  /** Closes the stream if it has been silent for longer than the auth server promised. @returns whether it did. */
  check(): boolean
  close(): void
}

/** Opens the event stream of the session whose access token this is. */
export function openStream(config: ClientConfig, accessToken: string, listener: StreamListener): Stream {
  const { environment, backend, timeouts } = config
  const over = new AbortController()
  const close = () => over.abort()
  let heartbeat = timeouts.request
  /** By the wall clock, since the other one may stand still while the machine sleeps. */
  let heard = environment.wall()
  let cancel = environment.after(heartbeat, close)

  const read = async (body: ReadableStream<Uint8Array>) => {
    for await (const data of readEvents(body)) {
      const event = parseSessionEvent(data)
      if (event?.type === 'ended') return listener.onEnded(event)
      if (event) heartbeat = event.heartbeat * 1000
      heard = environment.wall()
      cancel()
      // A proxy may keep a connection open over which nothing comes any more.
      cancel = environment.after(2 * heartbeat, close)
      listener.onAlive()
    }
  }
  const run = async (): Promise<BackendAnswer> => {
    const request = new Request(backend.events!, {
      headers: [['Accept', 'text/event-stream'], backend.tokenHeader(accessToken) as [string, string]],
      credentials: backend.transport === 'cookie' ? 'include' : 'omit',
      cache: 'no-store',
      redirect: 'error',
      signal: over.signal,
    })
    const response = await environment.fetch(request)
    const { status, headers, body } = response
    if (body && headers.get('Content-Type')?.startsWith('text/event-stream')) {
      await read(body)
      return {}
    }
    const { verdict, code } = problemIn((await responseView(response).json()) as Problem)
    close()
    return { status, verdict, code, retryAfter: retryAfter(headers, environment.wall()) }
  }
  return {
    closed: run()
      .catch((cause): BackendAnswer => ({ cause }))
      .finally(() => cancel()),
    check() {
      const silent = environment.wall() - heard > 1.2 * heartbeat
      if (silent) close()
      return silent
    },
    close,
  }
}
