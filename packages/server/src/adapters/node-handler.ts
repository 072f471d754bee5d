import type { IncomingMessage, ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { type Answerer, type AuthServer, answererOf } from '../server.js'
import { listenerOptions, unavailable } from './malformed-request.js'
import { writeAnswer } from './node-answer.js'
import { readDirectly } from './node-request.js'
import { sinkOf, withSink } from './open-sink.js'
import { isPeerGone } from './peer.js'

/** What a framework knows about a request beyond Node's own. */
export interface Known {
  readonly address: string | undefined
  /** An error of what ran before, such as a body parser. Left out where there was none. */
  readonly error?: unknown
}

/**
 * The auth server for frameworks on `node:http`: answers on Node's response, past the framework's own. Nearly all requests are
 * answered without a `Request` and a `Response`.
 */
export function createNodeHandler(
  auth: Pick<AuthServer, 'fetch'>,
): (request: IncomingMessage, response: ServerResponse, known: () => Known) => Promise<void> {
  const all = new WeakMap<object, () => Known>()
  const listener = getRequestListener(
    (request, { incoming, outgoing }) =>
      withSink(outgoing as ServerResponse, (sink) =>
        auth.fetch(request, { ...sink, ...all.get(incoming)?.(), target: incoming.url }),
      ),
    listenerOptions,
  )
  return async (request, response, known) => {
    if (isPeerGone(request)) return void request.socket.destroy()
    const answerer = answererOf(auth)
    const direct = answerer && readDirectly(request)
    if (direct) return answerDirectly(answerer, await direct, response, known, request.url)
    all.set(request, known)
    await listener(request, response)
  }
}

async function answerDirectly(
  answer: Answerer,
  request: Parameters<Answerer>[0],
  outgoing: ServerResponse,
  known: () => Known,
  target: string | undefined,
): Promise<void> {
  try {
    const found = known()
    const failed = 'error' in found && { error: found.error }
    const info = { address: found.address, target, openSink: sinkOf(outgoing), ...failed }
    const answered = await answer(request, info)
    if (answered) writeAnswer(outgoing, answered)
  } catch (error) {
    if (outgoing.headersSent) outgoing.destroy(error as Error)
    else writeAnswer(outgoing, unavailable)
  }
}

/** The path of a request target. */
export function pathOf(url: string): string {
  const query = url.indexOf('?')
  return query < 0 ? url : url.slice(0, query)
}
