import { formatCursor, parseCursor, type RevocationMessage } from '@sessionward/protocol'
import { AnswerError } from '../../../answer-error.js'
import type { Config } from '../../../config.js'
import type { RevocationFeed } from '../../../revocation/feed.js'
import { StreamLimit } from '../../../revocation/stream-limit.js'
import { jsonAnswer } from '../../answer.js'
import { streamHeaders } from '../../event-stream.js'
import type { Call, Route } from '../../route.js'

export interface RevocationsParts {
  readonly config: Pick<Config, 'basePath'>
  readonly feed: Pick<RevocationFeed, 'subscribe' | 'read'>
  readonly isGuardCredential: (presented: string) => boolean
}

/** A reader that leaves this many messages unread is disconnected, and comes back with its cursor. */
const maximumUnread = 256

/** One guard needs one stream: whoever has got hold of a credential must not take the memory of a node. */
const maximumPerCredential = 1000

/** GET {basePath}/revocations: which sessions ended, for guards, as a stream of server-sent events or as one JSON. */
export function revocations({ config, feed, isGuardCredential }: RevocationsParts): Route {
  const limit = new StreamLimit(maximumPerCredential, 'this credential has too many streams open: poll instead')

  function stream(cursor: ReturnType<typeof parseCursor>, giveBack: () => void): ReadableStream<Uint8Array> {
    const encoder = new TextEncoder()
    let unsubscribe = () => {}
    const end = () => {
      unsubscribe()
      giveBack()
    }
    return new ReadableStream(
      {
        start(controller) {
          // At once, so that a proxy that waits for a first byte passes the headers on.
          controller.enqueue(encoder.encode(': feed\n\n'))
          const receive = (message: RevocationMessage) => {
            if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(formatEvent(message)))
            else {
              end()
              controller.close()
            }
          }
          unsubscribe = feed.subscribe(receive, cursor, () => {
            giveBack()
            controller.close()
          })
        },
        cancel: end,
      },
      { highWaterMark: maximumUnread },
    )
  }

  return {
    method: 'GET',
    path: `${config.basePath}/revocations`,
    name: 'revocations',
    async handle({ request }: Call) {
      const { url } = request
      const presented = /^Bearer +(\S+)$/i.exec(request.headers.get('Authorization') ?? '')?.[1]
      if (presented === undefined || !isGuardCredential(presented)) {
        const detail = 'the revocation feed needs one of secrets.guards as a Bearer credential'
        throw new AnswerError('invalid_client', detail, { challenge: 'Bearer' })
      }
      const cursor = parseCursor(request.headers.get('Last-Event-ID') ?? new URL(url).searchParams.get('since'))
      if (!request.headers.get('Accept')?.includes('text/event-stream')) return jsonAnswer(await feed.read(cursor))
      // HEAD must not leave a subscriber behind: its body is never read, and so never cancelled.
      const body = request.method === 'HEAD' ? null : stream(cursor, limit.take(presented))
      return { status: 200, headers: streamHeaders, setCookies: [], body }
    },
  }
}

/** One event of the stream (HTML section 9.2.6). */
function formatEvent(message: RevocationMessage): string {
  return `id: ${formatCursor(message)}\ndata: ${JSON.stringify(message)}\n\n`
}
