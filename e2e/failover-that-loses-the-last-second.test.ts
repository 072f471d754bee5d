import { spawnSync } from 'node:child_process'
import { renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { newFolder, ownServer, sharedStores } from './harness/databases.js'
import { Device } from './harness/device.js'
import { Nodes } from './harness/nodes.js'

/** A database with a standby that lags behind. */
interface FailoverDatabase {
  readonly url: string
  /** Later writes do not reach the standby. */
  lag(nodes: Nodes): Promise<void>
  /** The primary is lost, and the standby takes its place. */
  failOver(nodes: Nodes): Promise<void>
}

for (const name of sharedStores) {
  test(`on ${name} a client that refreshed in the second that a failover lost stays signed in, and the operator is notified`, async ({
    skip,
  }) => {
    const database = name === 'sqlite' ? failingFile() : await failingServer(name, skip)
    const nodes = await Nodes.start(2, { database: database.url })
    const devices = Array.from({ length: 10 }, () => new Device(nodes.balancer.url))
    await Promise.all(devices.map((device, index) => device.join(nodes.balancer.url, `device-${index}`)))
    const everyoneRefreshes = () => Promise.all(devices.map((device) => device.refreshInTheEnd()))
    for (let time = 0; time < 3; time++) await everyoneRefreshes()

    await database.lag(nodes)
    await everyoneRefreshes()
    await database.failOver(nodes)
    await everyoneRefreshes()

    const regressed = () => nodes.events.filter((type) => type === 'store_regressed')
    expect(regressed()).toHaveLength(devices.length)
    // The store has recovered: it knows again what its clients know.
    for (let time = 0; time < 3; time++) await everyoneRefreshes()
    expect(regressed()).toHaveLength(devices.length)
    expect(nodes.events).not.toContain('refresh_token_reused')
    expect(devices.flatMap(({ refusals }) => refusals).filter((refusal) => !/^503 /.test(refusal))).toEqual([])
  })
}

/** The nodes stay up and reconnect by themselves. */
async function failingServer(
  name: Parameters<typeof ownServer>[0],
  skip: (reason: string) => never,
): Promise<FailoverDatabase> {
  const { url, process } = await ownServer(name, skip)
  const [primary, standby] = [join(process.folder, 'data'), join(process.folder, 'standby')]
  return {
    url,
    async lag() {
      await process.down()
      copy(primary, standby)
      await process.up()
    },
    async failOver() {
      await process.down('SIGKILL')
      replace(primary, standby)
      await process.up()
    },
  }
}

/** The file is replaced while no node has it open. */
function failingFile(): FailoverDatabase {
  const folder = newFolder()
  const [primary, standby] = [join(folder, 'data'), join(folder, 'standby')]
  return {
    url: `sqlite:${join(primary, 'auth.db')}`,
    async lag(nodes) {
      await nodes.killAll()
      copy(primary, standby)
      await nodes.startAll()
    },
    async failOver(nodes) {
      await nodes.killAll()
      replace(primary, standby)
      await nodes.startAll()
    },
  }
}

/** Keeps the owner, which a database server requires. */
function copy(from: string, to: string): void {
  const { status, stderr } = spawnSync('cp', ['-a', from, to], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`the data could not be copied: ${stderr}`)
}

function replace(lost: string, by: string): void {
  rmSync(lost, { recursive: true })
  renameSync(by, lost)
}
