import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { anyRequest, type RequestMatch } from './request-match.js'

/** Network failures in front of one server. They exist in examples and tests only. */
export interface Faults {
  /**
   * Breaks the connection of the next matching request after the server has processed it.
   *
   * @returns a promise that resolves when an answer has been lost.
   */
  loseNextAnswer(match?: RequestMatch): Promise<void>
  /**
   * Breaks every matching connection, also those that are open already.
   *
   * @param seconds Default: until the returned function is called.
   * @returns a function that ends the outage.
   */
  takeDown(match?: RequestMatch, seconds?: number): () => void
  /** Puts the faults in front of a server. */
  wrap(listener: RequestListener): RequestListener
}

interface Outage {
  readonly match: RequestMatch
  readonly until: number
}

/** @param now Milliseconds on any clock. Default: the process's monotonic clock. */
export function createFaults(now: () => number = () => performance.now()): Faults {
  const losses = new Set<{ readonly match: RequestMatch; readonly lost: () => void }>()
  const outages = new Set<Outage>()
  const open = new Map<ServerResponse, IncomingMessage>()

  const isDown = (request: IncomingMessage): boolean => {
    for (const outage of outages) {
      if (outage.until <= now()) outages.delete(outage)
      else if (outage.match(request)) return true
    }
    return false
  }

  return {
    loseNextAnswer: (match = anyRequest) =>
      new Promise((lost) => {
        losses.add({ match, lost })
      }),
    takeDown(match = anyRequest, seconds = Number.POSITIVE_INFINITY) {
      const outage = { match, until: now() + seconds * 1000 }
      outages.add(outage)
      for (const [response, request] of open) if (match(request)) response.destroy()
      return () => void outages.delete(outage)
    },
    wrap: (listener) => (request, response) => {
      if (isDown(request)) return void request.socket.destroy()
      open.set(response, request)
      response.on('close', () => open.delete(response))
      for (const loss of losses) {
        if (!loss.match(request)) continue
        losses.delete(loss)
        breakAnswer(response, loss.lost)
        break
      }
      listener(request, response)
    },
  }
}

/**
 * Discards the answer and breaks the connection within its first bytes, before any header. Had the browser received no byte
 * at all, it would repeat the request by itself on a new connection, and the page would never see the loss.
 */
function breakAnswer(response: ServerResponse, broken: () => void): void {
  response.writeHead = () => response
  response.write = () => true
  response.end = () => {
    response.socket?.end('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n')
    broken()
    return response
  }
}
