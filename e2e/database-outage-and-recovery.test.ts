import { RefreshUnavailableError } from '@sessionward/client'
import { expect, test } from 'vitest'
import { freeze } from '../packages/server/test/harness/outages.js'
import { chosenServers, ownServer } from './harness/databases.js'
import { Device, passwordOf, post } from './harness/device.js'
import { Nodes } from './harness/nodes.js'

type Server = Awaited<ReturnType<typeof ownServer>>['process']

/** How an outage begins; the answer ends it. */
const outages: Readonly<Record<string, (server: Server) => Promise<() => Promise<void> | void>>> = {
  async crashed(server) {
    await server.down('SIGKILL')
    return () => server.up()
  },
  // Connections stay open without an answer, as with a database whose disk or network hangs.
  hung: (server) => freeze(server.pid!),
}

for (const name of chosenServers) {
  for (const [what, begin] of Object.entries(outages)) {
    test(`while ${name} is ${what} each node answers 503, nobody is signed out, and it goes on without a restart`, async ({
      skip,
    }) => {
      const database = await ownServer(name, skip)
      const nodes = await Nodes.start(2, { database: database.url })
      const device = new Device(nodes.balancer.url)
      await device.join(nodes.balancer.url, 'ann')
      const token = await device.client.token()

      const end = await begin(database.process)
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

      await end()
      for (let time = 0; time < 4; time++) await device.refreshInTheEnd()
      expect(device.client.state).toBe('active')
      await new Device(nodes.balancer.url).join(nodes.balancer.url, 'bob')
      expect(nodes.events).not.toContain('session_revoked')
    })
  }
}
