import { revocationHeartbeat } from '@sessionward/protocol'
import { expect, test, vi } from 'vitest'
import { sharedDatabase, sharedStores } from './harness/databases.js'
import { Device, post } from './harness/device.js'
import { type GuardAtNode, guardsOf } from './harness/guards.js'
import { Nodes } from './harness/nodes.js'

for (const name of sharedStores) {
  test(`on ${name} a session that ends on one node is refused by the guards of all three, before their next heartbeat`, async ({
    skip,
  }) => {
    const nodes = await Nodes.start(3, { database: await sharedDatabase(name, skip) })
    const guards = await guardsOf(nodes)
    const news: News[] = []

    for (const [index, node] of nodes.urls.entries()) {
      const device = new Device(nodes.balancer.url)
      await device.join(nodes.balancer.url, `device-${index}`)
      const token = await device.client.token()
      for (const { guard } of guards)
        await expect(guard.verify(token)).resolves.toMatchObject({ sessionId: device.latest.sid })

      const sent = Date.now()
      const answer = await post(node, '/auth/logout', { refresh_token: device.latest.refreshToken })

      expect(answer.status).toBe(204)
      for (const { guard } of guards) {
        await vi.waitFor(() => expect(guard.verify(token)).rejects.toMatchObject({ code: 'signed_out' }), 10_000)
      }
      const others = guards.filter((_, at) => at !== index)
      news.push(...others.map((other) => newsOf(device.latest.sid, other, sent)))
    }

    // Every node would find it at its next heartbeat; here it came between two, on the store's clock. Where the store relays,
    // nodes poll only with the heartbeat, so what comes between two has come by the relay.
    const early = news.filter(({ sinceMessage }) => sinceMessage < revocationHeartbeat * 1000)
    expect(early.length).toBeGreaterThan(news.length / 2)
    const lags = news.map(({ lag }) => lag).sort((a, b) => a - b)
    console.log(`${name}: received on other nodes ${lags.join(', ')} ms after the sign-out was sent`)
  })
}

interface News {
  /** Milliseconds from the request to sign out to the message that announced it. */
  readonly lag: number
  /** Milliseconds between the times that this message and the one before it name, on the store's clock. */
  readonly sinceMessage: number
}

/** When a guard learned that a session had ended. */
function newsOf(sid: string, { heard }: GuardAtNode, sent: number): News {
  const at = heard.findIndex(({ entries }) => entries.some((entry) => 'sid' in entry && entry.sid === sid))
  const [before, message] = [heard[at - 1]!, heard[at]!]
  return { lag: message.at - sent, sinceMessage: message.watermark - before.watermark }
}
