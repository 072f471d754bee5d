import { createGuard, type Guard } from '@sessionward/guard'
import { parseRevocationMessage, type RevocationMessage } from '@sessionward/protocol'
import { onTestFinished } from 'vitest'
import type { Nodes } from './nodes.js'

/** A message of the feed, and when it came: milliseconds since the epoch. */
interface Heard extends RevocationMessage {
  readonly at: number
}

/** A resource server's guard that follows the feed of one node, and what it has heard there. */
export interface GuardAtNode {
  readonly guard: Guard
  readonly heard: readonly Heard[]
}

/** A guard at each node, all of them ready. Closed with the story. */
export async function guardsOf(nodes: Nodes): Promise<readonly GuardAtNode[]> {
  const guards = nodes.urls.map((url) => guardAt(url, nodes))
  onTestFinished(() => {
    for (const { guard } of guards) guard.close()
  })
  await Promise.all(guards.map(({ guard }) => guard.ready()))
  return guards
}

function guardAt(node: string, { balancer, guardCredential }: Nodes): GuardAtNode {
  const heard: Heard[] = []
  const guard = createGuard({
    issuer: balancer.url,
    audience: balancer.url,
    feed: { url: `${node}/auth/revocations`, credential: guardCredential },
    async fetch(input, init) {
      const response = await fetch(input, init)
      if (!/event-stream/.test(response.headers.get('Content-Type') ?? '')) return response
      const [own, copy] = response.body!.tee()
      // Ends with the guard's own connection.
      void listen(copy, heard).catch(() => {})
      return new Response(own, response)
    },
  })
  return { guard, heard }
}

async function listen(body: ReadableStream<Uint8Array>, heard: Heard[]): Promise<void> {
  const utf8 = new TextDecoder()
  const reader = body.getReader()
  let rest = ''
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const events = (rest + utf8.decode(part.value, { stream: true })).split('\n\n')
    rest = events.pop()!
    for (const event of events) {
      const data = /^data: (.*)$/m.exec(event)?.[1]
      // The stream begins with a comment, so that proxies pass its headers on.
      if (data !== undefined) heard.push({ ...parseRevocationMessage(JSON.parse(data)), at: Date.now() })
    }
  }
}
