import { setTimeout as sleep } from 'node:timers/promises'
import { openStore } from '@sessionward/server/store/open'
import { expect, onTestFinished, test } from 'vitest'
import { sharedDatabase, sharedStores } from './harness/databases.js'
import { Device, passwordOf, post } from './harness/device.js'
import { Nodes } from './harness/nodes.js'
import { Visitors } from './harness/visitors.js'

/** Each node is killed so many times. */
const rounds = 3

/** Milliseconds. It takes 20 s where the machine has nothing else to do. */
const timeout = 240_000

for (const name of sharedStores) {
  const title = `on ${name} three nodes are killed in turn under load: nobody is signed out, nothing answered is lost`
  test(title, { timeout }, async ({ skip }) => {
    const database = await sharedDatabase(name, skip)
    const nodes = await Nodes.start(3, { database })
    const server = nodes.balancer.url
    const devices = Array.from({ length: 60 }, () => new Device(server))
    await Promise.all(devices.map((device, index) => device.join(server, `device-${index}`)))
    const visitors = new Visitors(server)
    const over = new AbortController()
    const load = Promise.all([...devices, visitors].map((one) => one.goOnUntil(over.signal)))

    for (let turn = 0; turn < rounds * 3; turn++) {
      const node = turn % 3
      // Some die before they answer: the write has committed, and the client does not know it.
      await nodes.balancer.lose(node, 5)
      await nodes.kill(node)
      await sleep(300)
      await nodes.startNode(node)
      await sleep(300)
    }
    over.abort()
    await load

    expect(devices.filter(({ client }) => client.state === 'anonymous').map(({ client }) => client.reason)).toEqual([])
    // Each kill met more requests than those five, so there was load.
    expect(nodes.balancer.broken).toBeGreaterThan(rounds * 3 * 5)
    expect(devices.flatMap(({ refusals }) => refusals).filter((refusal) => !/^(409|503) /.test(refusal))).toEqual([])
    expect(nodes.events).not.toContain('refresh_token_reused')
    expect(nodes.events).not.toContain('store_regressed')
    await expectKept(database, devices)
    // Three times, so that each node is asked.
    for (let time = 0; time < 3; time++) await Promise.all(devices.map((device) => device.refreshInTheEnd()))
    await expectAccounts(server, visitors.accounts)
    expect(visitors.cameBack).toEqual([])
    await expectSignedOut(nodes.urls, visitors.signedOut)
  })
}

/** The token that a device used to get its last answer is confirmed, or one after it that it got no answer to. */
async function expectKept(database: string, devices: readonly Device[]): Promise<void> {
  const store = await openStore(database)
  onTestFinished(() => store.close())
  for (const { latest } of devices) {
    const { session } = await store.sessions.find(latest.sid)
    expect(session).toMatchObject({ ended: null })
    expect(session!.generation).toBeGreaterThanOrEqual(latest.generation - 1)
  }
}

async function expectAccounts(server: string, usernames: readonly string[]): Promise<void> {
  expect(usernames.length).toBeGreaterThan(0)
  for (const username of usernames) {
    const person = { username, password: passwordOf(username), transport: 'body' }
    expect((await post(server, '/auth/login', person)).status).toBe(200)
  }
}

async function expectSignedOut(nodes: readonly string[], tokens: readonly string[]): Promise<void> {
  expect(tokens.length).toBeGreaterThan(0)
  for (const token of tokens) {
    for (const node of nodes) {
      const answer = await post(node, '/auth/refresh', { refresh_token: token })
      expect(await answer.json()).toMatchObject({ code: 'signed_out' })
    }
  }
}
