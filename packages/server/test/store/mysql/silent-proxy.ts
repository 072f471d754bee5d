import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** Stands before a server. What `fallSilent` finds open stays open and says nothing more, as when a machine has gone. */
export async function silentProxy(to: { readonly host: string; readonly port: number }) {
  const open: Socket[] = []
  const server = createServer((near) => {
    const far = connect(to)
    for (const socket of [near, far]) socket.on('error', () => {})
    near.pipe(far).pipe(near)
    open.push(near, far)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    for (const socket of open) socket.destroy()
  })
  return {
    port: (server.address() as AddressInfo).port,
    fallSilent(): void {
      for (const socket of open) socket.unpipe().pause()
    },
  }
}
