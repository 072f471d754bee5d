import type { Server } from 'node:http'
import { closeOnSessionEnd, type Guard, GuardError } from '@sessionward/guard'
import { WebSocketServer } from 'ws'

/** WebSockets for signed-in people: checked before they open, closed with 4401 when the session ends. */
export function sockets(server: Server, guard: Guard): WebSocketServer {
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', async (request, connection, head) => {
    try {
      const { method = 'GET', url = '/', headersDistinct: headers } = request
      const principal = await guard.check({ method, url, headers })
      sockets.handleUpgrade(request, connection, head, (socket) => {
        closeOnSessionEnd(guard, principal, socket)
        sockets.emit('connection', socket, request, principal)
      })
    } catch (error) {
      const status = error instanceof GuardError ? error.status : 500
      connection.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\n\r\n`)
    }
  })
  return sockets
}
