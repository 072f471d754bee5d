import { type Problem, parseSessionEvent, type SessionEnded, type Verdict } from '@sessionward/protocol'
import type { ClientConfig } from '../config.js'
import { readEvents } from './event-reader.js'

export interface StreamListener {
  /** An event arrived. */
  onAlive(): void
  onEnded(event: SessionEnded): void
}

/** Why the stream ended or could not be opened. */
export interface StreamAnswer {
  readonly verdict?: Verdict | undefined
  /** Seconds. */
  readonly retryAfter?: number
}

/** One event stream of the auth server. */
export interface Stream {
  /** Resolves when the stream has ended. Never rejects. */
  readonly closed: Promise<StreamAnswer>
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
  /** By the wall clock, since the monotonic clock may stop while the machine sleeps. */
  let heard = environment.wall()
  let cancel = environment.after(heartbeat, close)

  const read = async (body: ReadableStream<Uint8Array>) => {
    for await (const data of readEvents(body, over.signal)) {
      const event = parseSessionEvent(data)
      if (event?.type === 'ended') return listener.onEnded(event)
      if (event) heartbeat = event.heartbeat * 1000
      heard = environment.wall()
      cancel()
      // A proxy may keep a dead connection open.
      cancel = environment.after(2 * heartbeat, close)
      listener.onAlive()
    }
  }
  const run = async (): Promise<StreamAnswer> => {
    const request = new Request(`${backend.address}/session/events`, {
      headers: [['Accept', 'text/event-stream'], backend.tokenHeader(accessToken) as [string, string]],
      credentials: backend.transport === 'cookie' ? 'include' : 'omit',
      cache: 'no-store',
      redirect: 'error',
      signal: over.signal,
    })
    const response = await environment.fetch(request)
    const { headers, body } = response
    if (body && headers.get('Content-Type')?.startsWith('text/event-stream')) {
      await read(body)
      return {}
    }
    const retryAfter = Number(headers.get('Retry-After')) || 0
    const json = (await response.json().catch(() => undefined)) as { problem?: Problem } & Partial<Problem>
    return { verdict: (json?.problem ?? json)?.verdict, retryAfter }
  }
  return {
    closed: run()
      .catch((): StreamAnswer => ({}))
      .finally(() => cancel()),
    check() {
      const silent = environment.wall() - heard > 1.2 * heartbeat
      if (silent) close()
      return silent
    },
    close,
  }
}
