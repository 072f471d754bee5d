import { existsSync } from 'node:fs'
import { createConnection } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Child } from '../packages/server/test/store/processes/child.js'
import type { Own, Started } from '../scripts/services/service.mjs'
import { isServiceName, type ServiceName, services, startOwnService } from '../scripts/services/start.mjs'
import { chosenStores } from '../scripts/stores.mjs'

const program = fileURLToPath(new URL('../scripts/services/run.mjs', import.meta.url))

describe.each(chosenStores().filter(isServiceName))('a %s of our own', { timeout: 120_000 }, (name) => {
  test('comes back after a crash with its port and its data, and is gone after stop', async ({ skip }) => {
    const { server, missing } = await start(name)
    if (!server) return skip(missing)
    const { folder } = server.own
    const { folder: data } = await services[name].identify(server.url)
    const first = server.own.pid

    await server.own.down('SIGKILL')
    expect(await listens(server.url)).toBe(false)
    await server.own.up()

    expect(server.own.pid).not.toBe(first)
    expect(await services[name].identify(server.url)).toMatchObject({ version: server.version, folder: data })
    await server.stop()
    expect(await listens(server.url)).toBe(false)
    expect(existsSync(folder)).toBe(false)
  })

  test('does not outlive the process that started it, though that was killed', async ({ skip }) => {
    const { server, missing } = await start(name)
    if (!server) return skip(missing)
    const child = new Child(process.execPath, program, name)
    onTestFinished(() => child.kill())
    await child.printed(1)
    const [, url = '', folder = ''] = /'(.+)'.*, in (.+)$/.exec(child.lines[0]!)!
    expect(await listens(url)).toBe(true)
    expect(existsSync(folder)).toBe(true)

    await child.kill()

    // No assertion of a time: a server that stays makes this wait until the test is ended.
    while ((await listens(url)) || existsSync(folder)) await sleep(20)
  })
})

async function start(name: ServiceName): Promise<{ server?: Started & { own: Own }; missing?: string }> {
  const server = await startOwnService(name)
  if (server.missing !== undefined) return { missing: server.missing }
  onTestFinished(() => server.stop())
  return { server }
}

function listens(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(Number(new URL(url).port), '127.0.0.1')
    const answer = (is: boolean) => () => {
      socket.destroy()
      resolve(is)
    }
    socket.once('connect', answer(true)).once('error', answer(false))
  })
}
