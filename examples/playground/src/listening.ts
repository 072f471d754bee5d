import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server that has its port already and is told later what to answer: the three need each other's addresses. */
export interface Listening {
  readonly url: string
  answer(listener: RequestListener): void
  close(): Promise<void>
}

/**
 * Takes a port of this machine's loopback address; 0 takes a free one.
 *
 * @throws Error that names the port and the variable that moves it, where the port is taken.
 */
export async function listen(port: number, variable: string): Promise<Listening> {
  let answering: RequestListener | undefined
  const server = createServer((request, response) => {
    if (answering) answering(request, response)
    else response.writeHead(503, { 'Retry-After': '1' }).end()
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE'
      reject(
        taken ? new Error(`Port ${port} is taken. Set ${variable} to another one, or to 0 for a free one.`) : error,
      )
    })
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    answer(listener) {
      answering = listener
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
