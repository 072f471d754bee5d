import type { IncomingMessage, ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { type Answerer, type AuthServer, findAnswerer } from '../auth-server.js'
import { isDisconnected } from './disconnected.js'
import { listenerOptions, unavailableAnswer } from './malformed-request.js'
import { writeAnswer } from './node-answer.js'
import { createEventSink, withEventSink } from './node-event-sink.js'
import { type DirectRequest, readDirectly } from './node-request.js'

/** What a framework knows about a request in addition to Node's object. */
export interface FrameworkInfo {
  readonly address: string | undefined
  /** An error of earlier middleware, such as a body parser. Omitted if there was none. */
  readonly error?: unknown
}

/**
 * The auth server for frameworks on `node:http`: writes to Node's response directly. Nearly all requests are answered without a
 * `Request` and a `Response`.
 */
export function createNodeHandler(
  auth: Pick<AuthServer, 'fetch'>,
): (request: IncomingMessage, response: ServerResponse, getInfo: () => FrameworkInfo) => Promise<void> {
  const infoByRequest = new WeakMap<object, () => FrameworkInfo>()
  const listener = getRequestListener(
    (request, { incoming, outgoing }) =>
      withEventSink(outgoing as ServerResponse, (sink) =>
        auth.fetch(request, { ...sink, ...infoByRequest.get(incoming)?.(), target: incoming.url }),
      ),
    listenerOptions,
  )
  return async (request, response, getInfo) => {
    if (isDisconnected(request)) return void request.socket.destroy()
    const answerer = findAnswerer(auth)
    const direct = answerer && readDirectly(request)
    if (direct) return answerDirectly(answerer, direct, response, getInfo, request.url)
    infoByRequest.set(request, getInfo)
    await listener(request, response)
  }
}

async function answerDirectly(
  answer: Answerer,
  request: DirectRequest,
  outgoing: ServerResponse,
  getInfo: () => FrameworkInfo,
  target: string | undefined,
): Promise<void> {
  try {
    // Before anything is awaited: a client that disconnects meanwhile has no address.
    const frameworkInfo = getInfo()
    const failure = 'error' in frameworkInfo && { error: frameworkInfo.error }
    const info = { address: frameworkInfo.address, target, openSink: createEventSink(outgoing), ...failure }
    const answered = await answer(request, info)
    if (answered) writeAnswer(outgoing, answered)
  } catch (error) {
    if (outgoing.headersSent) outgoing.destroy(error as Error)
    else writeAnswer(outgoing, unavailableAnswer)
  }
}

/** The path of a request target. */
export function pathOf(url: string): string {
  const query = url.indexOf('?')
  return query < 0 ? url : url.slice(0, query)
}
