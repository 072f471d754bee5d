import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { serviceFor } from '../../../packages/server/test/harness/services.js'
import { bundle } from '../../../packages/server/test/store/processes/child.js'
import { openPersistence } from '../src/persistence.js'
import { startPlayground } from '../src/start.js'

/** Nobody listens there. */
const nowhere = 'redis://127.0.0.1:1'

describe('the playground that cannot use what its URLs name says why, frees its ports and ends with 1', () => {
  let program: Awaited<ReturnType<typeof bundle>>
  beforeAll(async () => {
    program = await bundle(new URL('../src/main.ts', import.meta.url))
  })
  afterAll(() => program.remove())

  const redisUrl = 'REDIS_URL must begin with redis: or rediss:'

  test.each<[why: string, what: string, urls: Readonly<Record<string, string>>]>([
    [
      'an unavailable database',
      'PostgreSQL is unavailable: ECONNREFUSED',
      { DATABASE_URL: 'postgres://127.0.0.1:1/auth' },
    ],
    ['a folder in the place of a file', 'EISDIR', { DATABASE_URL: 'sqlite:.' }],
    ['one of another kind', 'the URL of the database must begin with', { DATABASE_URL: 'http://127.0.0.1:1' }],
    ['a cache of another kind', redisUrl, { DATABASE_URL: 'memory:', REDIS_URL: 'http://127.0.0.1:1' }],
    ['a database in the place of Redis', redisUrl, { REDIS_URL: 'postgres://127.0.0.1:1/auth' }],
  ])('%s', async (_, what, urls) => {
    const env = { PATH: process.env.PATH, AUTH_PORT: '0', API_PORT: '0', WEB_PORT: '0', ...urls }
    const { code, said } = await new Promise<{ code: unknown; said: string }>((resolve) => {
      execFile(
        process.execPath,
        [program.file],
        { env, cwd: dirname(program.file), timeout: 20_000 },
        (error, _out, said) => {
          resolve({ code: error?.code, said })
        },
      )
    })

    expect(said).toContain(what)
    expect(said.trim().split('\n')).toHaveLength(1)
    expect(code).toBe(1)
  })
})

test('the playground goes on where its cache does not answer, and says so', async () => {
  const { description, close } = await openPersistence('memory:', nowhere)
  await close()
  expect(description).toBe('memory, with profiles cached in redis (currently unavailable)')

  const folder = mkdtempSync(join(tmpdir(), 'sessionward-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const playground = await startPlayground({
    authPort: 0,
    apiPort: 0,
    webPort: 0,
    databaseUrl: 'memory:',
    redisUrl: nowhere,
    seedFile: join(folder, 'playground.json'),
  })
  onTestFinished(playground.close)
  const answer = await fetch(`${playground.auth.url}/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: playground.web.url },
    body: JSON.stringify(playground.accounts[0]),
  })
  expect(answer.status).toBe(200)
})

test('a server that takes connections and says nothing is waited for a moment', async () => {
  const server = createServer(() => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as { readonly port: number }

  const { description, close } = await openPersistence('memory:', `redis://127.0.0.1:${port}`)
  await close()

  expect(description).toMatch(/\(currently unavailable\)$/)
})

describe('a Redis that answers', async () => {
  const redis = await serviceFor('redis')
  beforeEach(({ skip }) => skip(redis.missing !== undefined, redis.missing))

  test('is what the playground says that it is', async () => {
    const { url } = redis as { readonly url: string }
    const { description, close } = await openPersistence('memory:', url)
    await close()

    expect(description).toBe('memory, with profiles cached in redis')
  })
})
