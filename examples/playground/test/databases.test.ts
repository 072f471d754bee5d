import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { chosen, freshDatabase, serviceFor } from '../../../packages/server/test/harness/services.js'
import type { StoreName } from '../../../scripts/stores.mjs'
import { startPlayground } from '../src/start.js'

interface World {
  readonly databaseUrl?: string
  readonly redisUrl?: string
}

const servers = ['postgres', 'mariadb', 'mysql', 'mongodb'] as const

const worlds: readonly (readonly [string, readonly StoreName[], () => Promise<World>])[] = [
  ['sqlite', ['sqlite'], async () => ({ databaseUrl: `sqlite:${join(newFolder(), 'auth.db')}` })],
  ...servers.map((name) => [name, [name], async () => ({ databaseUrl: await freshDatabase(name) })] as const),
  ['redis', ['redis'], async () => ({ redisUrl: await redisUrl(1) })],
  ['postgres and a cache in redis', ['postgres', 'redis'], cached('postgres')],
  ['mariadb and a cache in redis', ['mariadb', 'redis'], cached('mariadb')],
]

for (const [name, needed, open] of worlds.filter((world) => world[1].every(chosen))) {
  describe(`the playground on ${name}`, () => {
    const services = needed.filter((one) => one !== 'sqlite' && one !== 'memory')
    beforeEach(async ({ skip }) => {
      for (const service of services) {
        const { missing } = await serviceFor(service)
        skip(missing !== undefined, missing)
      }
    })

    test('accepts after a restart the accounts that it created before, and the guard lets them pass and refuses them', async () => {
      const world = await open()
      const seedFile = join(newFolder(), 'playground.json')
      const start = () => startPlayground({ authPort: 0, apiPort: 0, webPort: 0, ...world, seedFile })
      await (await start()).close()
      const { auth, api, web, accounts, close } = await start()
      onTestFinished(close)
      const headers = { 'Content-Type': 'application/json', Origin: web.url }
      const answer = await fetch(`${auth.url}/auth/login`, {
        method: 'POST',
        headers,
        body: JSON.stringify(accounts[0]),
      })
      const { access_token: token } = (await answer.json()) as { access_token: string }
      const hello = () => fetch(`${api.url}/api/hello`, { headers: { Authorization: `Bearer ${token}` } })
      const cookie = answer.headers.getSetCookie()[0]!.split(';')[0]!

      expect((await hello()).status).toBe(200)
      const refreshed = await fetch(`${auth.url}/auth/refresh`, {
        method: 'POST',
        headers: { ...headers, Cookie: cookie },
      })
      expect(refreshed.status).toBe(200)

      const next = refreshed.headers.getSetCookie()[0]!.split(';')[0]!
      const out = await fetch(`${auth.url}/auth/logout`, { method: 'POST', headers: { ...headers, Cookie: next } })
      expect(out.status).toBe(204)
      await expect.poll(async () => (await hello()).status).toBe(401)
    })
  })
}

function cached(name: 'postgres' | 'mariadb') {
  return async (): Promise<World> => ({ databaseUrl: await freshDatabase(name), redisUrl: await redisUrl(2) })
}

/** A database of its own on the shared server: the playground's keys have the prefix that everybody's have. */
async function redisUrl(database: number): Promise<string> {
  const { url } = (await serviceFor('redis')) as { readonly url: string }
  return `${url.replace(/\/$/, '')}/${database}`
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sessionward-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
