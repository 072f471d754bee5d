import { once } from 'node:events'
import { type AddressInfo, createServer, connect as dial, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { freshDatabase } from '../harness/services.js'

/** Stands between the client and the server, and has the faults of a network. */
export interface Proxy {
  /** Of a new, empty database behind it. */
  readonly url: string
  /** Ends every connection and accepts none: the server is dead. */
  cut(): Promise<void>
  /** Lets nothing through and says nothing: the server hangs. */
  hang(): void
  /** Lets the next command through, and ends every connection at its answer. */
  loseNextAnswer(): void
  /** What was cut or hangs is there again, on the same port. */
  restore(): Promise<void>
}

export async function openProxy(): Promise<Proxy> {
  const target = new URL(await freshDatabase('mongodb'))
  const sockets = new Set<Socket>()
  let hangs = false
  let losesAnswer = false

  const server: Server = createServer((near) => {
    const far = dial(Number(target.port || 27017), target.hostname)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('data', (bytes) => {
        if (hangs) return
        if (from === far && losesAnswer && !isHello(bytes)) {
          losesAnswer = false
          destroyAll()
        } else to.write(bytes)
      })
      from.on('error', () => {})
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
    }
  })

  function destroyAll(): void {
    for (const socket of sockets) socket.destroy()
  }

  async function listen(port: number): Promise<number> {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }

  async function cut(): Promise<void> {
    if (!server.listening) return
    server.close()
    destroyAll()
    await once(server, 'close')
  }

  const port = await listen(0)
  onTestFinished(cut)
  return {
    url: `mongodb://127.0.0.1:${port}${target.pathname}?directConnection=true`,
    cut,
    hang: () => {
      hangs = true
    },
    loseNextAnswer: () => {
      losesAnswer = true
    },
    async restore() {
      hangs = false
      // What was swallowed meanwhile is missing in the middle of a connection.
      destroyAll()
      if (!server.listening) await listen(port)
    },
  }
}

/** The driver asks how the server is by itself, on a connection of its own. */
function isHello(bytes: Buffer): boolean {
  return bytes.includes('maxWireVersion')
}
