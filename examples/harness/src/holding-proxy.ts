import { type IncomingMessage, type ServerResponse, request as send } from 'node:http'
import { openOrigin } from './origin.js'
import { anyRequest, type RequestMatch } from './request-match.js'

/** A reverse proxy that can hold back the bytes of an answer, as buffering and compressing proxies do with event streams. */
export interface HoldingProxy {
  readonly url: string
  /** From now on only the headers of matching answers pass; their bodies are held back. */
  hold(match?: RequestMatch): void
  /** Passes on what was held back, and everything after it. */
  release(): void
  close(): Promise<void>
}

/** @param target Origin of the server behind the proxy. */
export async function openHoldingProxy(target: string): Promise<HoldingProxy> {
  const origin = await openOrigin()
  const held = new Map<ServerResponse, IncomingMessage>()
  let isHeld: RequestMatch = () => false
  origin.serve((request, response) => {
    const { method, url, headers } = request
    const forwarded = send(new URL(url ?? '/', target), { method, headers, agent: false })
    forwarded.on('error', () => response.destroy())
    forwarded.on('response', (answer) => {
      answer.on('error', () => response.destroy())
      response.writeHead(answer.statusCode!, answer.rawHeaders)
      response.flushHeaders()
      // An answer that nobody reads stays in the socket.
      if (isHeld(request)) held.set(response, answer)
      else answer.pipe(response)
    })
    response.on('close', () => {
      held.delete(response)
      forwarded.destroy()
    })
    request.pipe(forwarded)
  })
  return {
    url: origin.url,
    hold(match = anyRequest) {
      isHeld = match
    },
    release() {
      isHeld = () => false
      for (const [response, answer] of held) answer.pipe(response)
      held.clear()
    },
    close: origin.close,
  }
}
