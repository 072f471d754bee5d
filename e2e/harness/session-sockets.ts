import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { closeOnSessionEnd, type Guard } from '@sessionward/guard'
import { onTestFinished } from 'vitest'
import { WebSocketServer } from 'ws'

/**
 * A server of WebSockets behind a guard: `new WebSocket(url, ['bearer', accessToken])`. Closed with the story.
 *
 * @returns its address.
 */
export async function openSockets(guard: Guard): Promise<string> {
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'bearer' })
  const server = createServer().listen(0, '127.0.0.1')
  server.on('upgrade', async (request, connection, head) => {
    const [, token = ''] = request.headers['sec-websocket-protocol']!.split(', ')
    try {
      const principal = await guard.verify(token)
      sockets.handleUpgrade(request, connection, head, (socket) => closeOnSessionEnd(guard, principal, socket))
    } catch {
      connection.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n')
    }
  })
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate()
    server.close()
  })
  return `ws://localhost:${(server.address() as AddressInfo).port}`
}
