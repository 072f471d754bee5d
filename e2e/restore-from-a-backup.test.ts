import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { dump, restore } from '../packages/server/test/harness/postgres-backup.js'
import { bundle, Child } from '../packages/server/test/store/processes/child.js'
import { chosenServers, newFolder, ownServer } from './harness/databases.js'
import { Device, post } from './harness/device.js'
import { Nodes } from './harness/nodes.js'

for (const name of chosenServers.filter((name) => name === 'postgres')) {
  test(`on ${name} after pg_restore and restore-complete the signed-out stay signed out, and all others stay signed in`, async ({
    skip,
  }) => {
    const { url } = await ownServer(name, skip)
    const [journal, backup] = [join(newFolder(), 'journal.jsonl'), join(newFolder(), 'backup')]
    const nodes = await Nodes.start(2, { database: url, journal })
    const server = nodes.balancer.url
    const [leaver, active, idle] = [new Device(server), new Device(server), new Device(server)]
    const everyone = { leaver, active, idle }
    await Promise.all(Object.entries(everyone).map(([username, device]) => device.join(server, username)))

    await dump(url, backup)
    expect((await post(server, '/auth/logout', { refresh_token: leaver.latest.refreshToken })).status).toBe(204)
    for (let time = 0; time < 5; time++) await active.refreshInTheEnd()
    await nodes.killAll()
    await restore(url, backup)
    const said = await sessionward('restore-complete', '--database', url, '--journal', journal, '--recovery', '600')
    expect(said).toContain('ended     1 sessions that the backup had made active again')
    await nodes.startAll()

    for (const node of nodes.urls) {
      const answer = await post(node, '/auth/refresh', { refresh_token: leaver.latest.refreshToken })
      expect(await answer.json()).toMatchObject({ code: 'signed_out' })
    }
    for (const device of [active, idle]) for (let time = 0; time < 3; time++) await device.refreshInTheEnd()
    expect([...active.refusals, ...idle.refusals]).toEqual([])
    expect(nodes.events.filter((type) => type === 'store_regressed')).toHaveLength(1)
  })
}

/** Runs the command to its end. @returns the lines that it printed. */
async function sessionward(...args: readonly string[]): Promise<readonly string[]> {
  const program = await bundle(new URL('../packages/sessionward/src/main.ts', import.meta.url))
  onTestFinished(() => program.remove())
  const command = new Child(process.execPath, program.file, ...args)
  expect(await command.ended()).toBe(0)
  return command.lines
}
