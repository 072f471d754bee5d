import { createServer, type IncomingMessage, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** A plain balancer: each request goes to the next node, whether that node is up or not. */
export interface RoundRobin {
  readonly url: string
  /** Requests that a node had accepted and whose client got no answer. */
  readonly broken: number
  /**
   * Loses a node's answers from now on, as when its machine fails: its writes are committed, and its clients do not know it.
   * Resolves when that many answers to refreshes have been lost.
   */
  lose(node: number, refreshes: number): Promise<void>
  /** Passes its answers on again. */
  pass(node: number): void
}

/**
 * Starts one in front of these nodes, closed with the story. It checks no health and repeats no request: where a node
 * refuses or breaks a connection, the client's connection is broken.
 *
 * @param nodes URLs; those of nodes that start again elsewhere may be replaced.
 */
export async function roundRobin(nodes: readonly string[]): Promise<RoundRobin> {
  let turn = 0
  let broken = 0
  /** By node: called with the request of each answer that is lost. */
  const losing = new Map<number, (request: IncomingMessage) => void>()
  const server = createServer((request, response) => {
    const node = turn++ % nodes.length
    const breakOff = ({ code }: { readonly code?: string } = {}) => {
      if (code !== 'ECONNREFUSED') broken++
      response.destroy()
    }
    const { method, headers } = request
    const onward = send(`${nodes[node]}${request.url}`, { method, headers, agent: false })
    onward.on('error', breakOff)
    onward.on('response', (answer) => {
      const lost = losing.get(node)
      if (lost) {
        breakOff()
        if (answer.statusCode === 200) lost(request)
        return
      }
      response.writeHead(answer.statusCode!, answer.rawHeaders)
      answer.on('error', breakOff)
      answer.pipe(response)
    })
    response.on('close', () => onward.destroy())
    request.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get broken() {
      return broken
    },
    lose: (node, refreshes) =>
      new Promise((resolve) => {
        let left = refreshes
        losing.set(node, ({ url }) => {
          if (url === '/auth/refresh' && --left === 0) resolve()
        })
      }),
    pass: (node) => void losing.delete(node),
  }
}
