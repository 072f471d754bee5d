import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A way to a server on which the answer to a script is lost, the first time that it is sent: the connection breaks instead. */
export async function droppingAnswers(to: URL) {
  const sockets = new Set<Socket>()
  let dropping = false
  let dropped = 0
  /** What scripts were sent, so that the second time is known. */
  const sent = new Set<string>()

  const server = createServer((client) => {
    const target = connect(Number(to.port), to.hostname)
    let losing = false
    for (const socket of [client, target]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        target.destroy()
      })
    }
    client.on('data', (chunk) => {
      const command = chunk.toString('latin1')
      if (dropping && /eval/.test(command) && !sent.has(command)) {
        sent.add(command)
        losing = true
      }
      target.write(chunk)
    })
    target.on('data', (chunk) => {
      if (!losing) return client.write(chunk)
      dropped++
      return client.destroy()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    dropFirstAnswers: () => {
      dropping = true
    },
    get dropped() {
      return dropped
    },
    close: () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
