import { spawnSync } from 'node:child_process'
import { RefreshUnavailableError } from '@sessionward/client'
import { expect, onTestFinished, test } from 'vitest'
import { chosenServers, ownServer } from './harness/databases.js'
import { Device, passwordOf, post } from './harness/device.js'
import { Nodes } from './harness/nodes.js'

type Server = Awaited<ReturnType<typeof ownServer>>['process']

const outages: Readonly<Record<string, { begin(server: Server): Promise<void>; end(server: Server): Promise<void> }>> =
  {
    crashed: { begin: (server) => server.down('SIGKILL'), end: (server) => server.up() },
    // Connections stay open without an answer, as with a database whose disk or network hangs.
    hung: { begin: async (server) => signal(server, 'SIGSTOP'), end: async (server) => signal(server, 'SIGCONT') },
  }

for (const name of chosenServers) {
  for (const [what, { begin, end }] of Object.entries(outages)) {
    test(`while ${name} is ${what} each node answers 503, nobody is signed out, and it goes on without a restart`, async ({
      skip,
    }) => {
      const database = await ownServer(name, skip)
      const nodes = await Nodes.start(2, { database: database.url })
      const device = new Device(nodes.balancer.url)
      await device.join(nodes.balancer.url, 'ann')
      const token = await device.client.token()

      await begin(database.process)
      // A stopped server could not be terminated.
      onTestFinished(() => signal(database.process, 'SIGCONT'))
      const answers = await Promise.all(
        nodes.urls.flatMap((node) => [
          post(node, '/auth/refresh', { refresh_token: device.latest.refreshToken }),
          post(node, '/auth/login', { username: 'ann', password: passwordOf('ann'), transport: 'body' }),
          fetch(`${node}/auth/me`, { headers: { Authorization: `Bearer ${token}` } }),
        ]),
      )
      const refreshes = [device.refresh(), device.refresh()]

      for (const answer of answers) {
        expect(answer.status).toBe(503)
        expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(0)
        expect(await answer.json()).toMatchObject({ code: 'service_unavailable', verdict: 'retry' })
      }
      for (const refresh of refreshes) await expect(refresh).rejects.toBeInstanceOf(RefreshUnavailableError)
      expect(device.client.state).toBe('degraded')
      // The node's 503 arrived before the client's own timeout.
      expect(device.refusals).toEqual(['503 service_unavailable'])
      expect(device.lost).toBe(0)

      await end(database.process)
      for (let time = 0; time < 4; time++) await device.refreshInTheEnd()
      expect(device.client.state).toBe('active')
      await new Device(nodes.balancer.url).join(nodes.balancer.url, 'bob')
      expect(nodes.events).not.toContain('session_revoked')
    })
  }
}

/** Stops or continues a server and its child processes. */
function signal({ pid }: Server, name: 'SIGSTOP' | 'SIGCONT'): void {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
  const pairs = stdout.split('\n').map((line) => line.trim().split(/ +/).map(Number))
  const children = pairs.filter(([, parent]) => parent === pid).map(([child]) => child!)
  for (const one of pid === undefined ? [] : [pid, ...children]) process.kill(one, name)
}
