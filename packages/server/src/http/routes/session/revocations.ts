import { formatCursor, parseCursor, type RevocationMessage } from '@sessionward/protocol'
import { AnswerError } from '../../../answer-error.js'
import type { Config } from '../../../config.js'
import type { RevocationFeed } from '../../../revocation/feed.js'
import { StreamLimit } from '../../../revocation/stream-limit.js'
import { jsonAnswer } from '../../answer.js'
import { streamHeaders } from '../../event-stream.js'
import { urlOf } from '../../http-request.js'
import type { Route, RouteContext } from '../../route.js'

export interface RevocationsParts {
  readonly config: Pick<Config, 'basePath'>
  readonly feed: Pick<RevocationFeed, 'subscribe' | 'read'>
  readonly isGuardCredential: (presented: string) => boolean
}

/** A subscriber with this many unread messages is disconnected, and reconnects with its cursor. */
const maxUnreadMessages = 256

/** A guard needs one stream. The limit keeps a stolen credential from exhausting the memory of a node. */
const maxStreamsPerCredential = 1000

/** GET {basePath}/revocations: the revocation feed for guards, as a stream of server-sent events or as one JSON document. */
export function revocations({ config, feed, isGuardCredential }: RevocationsParts): Route {
  const limit = new StreamLimit(maxStreamsPerCredential, 'this credential has too many streams open: poll instead')

  function stream(cursor: ReturnType<typeof parseCursor>, release: () => void): ReadableStream<Uint8Array> {
    const encoder = new TextEncoder()
    let unsubscribe = () => {}
    const end = () => {
      unsubscribe()
      release()
    }
    return new ReadableStream(
      {
        start(controller) {
          // A first byte, which some proxies wait for before they forward the headers.
          controller.enqueue(encoder.encode(': feed\n\n'))
          const receive = (message: RevocationMessage) => {
            if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(formatEvent(message)))
            else {
              end()
              controller.close()
            }
          }
          unsubscribe = feed.subscribe(receive, cursor, () => {
            release()
            controller.close()
          })
        },
        cancel: end,
      },
      { highWaterMark: maxUnreadMessages },
    )
  }

  return {
    method: 'GET',
    path: `${config.basePath}/revocations`,
    name: 'revocations',
    async handle({ request }: RouteContext) {
      const presented = /^Bearer +(\S+)$/i.exec(request.headers.get('Authorization') ?? '')?.[1]
      if (presented === undefined || !isGuardCredential(presented)) {
        const detail = 'the revocation feed needs one of secrets.guards as a Bearer credential'
        throw new AnswerError('invalid_client', detail, { challenge: 'Bearer' })
      }
      const cursor = parseCursor(request.headers.get('Last-Event-ID') ?? urlOf(request).searchParams.get('since'))
      if (!request.headers.get('Accept')?.includes('text/event-stream')) return jsonAnswer(await feed.read(cursor))
      // HEAD does not subscribe: its body is never read, so it would never be cancelled.
      const body = request.method === 'HEAD' ? null : stream(cursor, limit.acquire(presented))
      return { status: 200, headers: streamHeaders, setCookies: [], body }
    },
  }
}

/** One event of the stream (HTML section 9.2.6). */
function formatEvent(message: RevocationMessage): string {
  return `id: ${formatCursor(message)}\ndata: ${JSON.stringify(message)}\n\n`
}
