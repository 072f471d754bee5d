import { formatCursor, parseCursor, type RevocationMessage } from '@sessionward/protocol'
import { AnswerError } from '../../../answer-error.js'
import { jsonAnswer } from '../../answer.js'
import type { Call, HttpParts, Route } from '../../route.js'

/** A reader that does not read is let go at this many messages, and comes back with its cursor. */
const mostUnread = 256

/** GET {basePath}/revocations: which sessions ended, for guards, as a stream of server-sent events or as one JSON. */
export function revocations({ config, feed, isGuardCredential }: HttpParts): Route {
  function stream(cursor: ReturnType<typeof parseCursor>): ReadableStream<Uint8Array> {
    const encoder = new TextEncoder()
    let unsubscribe = () => {}
    return new ReadableStream(
      {
        start(controller) {
          const receive = (message: RevocationMessage) => {
            if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(formatEvent(message)))
            else {
              unsubscribe()
              controller.close()
            }
          }
          unsubscribe = feed.subscribe(receive, cursor, () => controller.close())
        },
        cancel() {
          unsubscribe()
        },
      },
      { highWaterMark: mostUnread },
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
        const detail = 'the feed needs one of secrets.guards as a Bearer credential'
        throw new AnswerError('invalid_client', detail, { challenge: 'Bearer' })
      }
      const cursor = parseCursor(request.headers.get('Last-Event-ID') ?? new URL(url).searchParams.get('since'))
      if (!request.headers.get('Accept')?.includes('text/event-stream')) return jsonAnswer(await feed.read(cursor))
      const headers = { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' }
      return { status: 200, headers, setCookies: [], body: stream(cursor) }
    },
  }
}

/** One event of the stream (HTML section 9.2.6). */
function formatEvent(message: RevocationMessage): string {
  return `id: ${formatCursor(message)}\ndata: ${JSON.stringify(message)}\n\n`
}
