import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { pathToFileURL } from 'node:url'
import { openOrigin } from '@sessionward/example-harness'
import { expect, onTestFinished, test } from 'vitest'
import { copyExample, emptyFolder } from '../../../e2e/harness/documented-example.js'
import { chosen, freshDatabase, serviceFor } from '../../../packages/server/test/harness/services.js'
import { bundle } from '../../../packages/server/test/store/processes/child.js'

// The program of docs/production.md, run as it is but for the durability: the servers of the tests do not flush to disk.

const ann = { username: 'ann', password: 'correct horse 42' }
const secret = () => randomBytes(48).toString('base64url')

test.skipIf(!chosen('mariadb') || !chosen('redis'))(
  'two nodes on MySQL and Redis share their sessions, and one that is told to end goes by itself',
  async ({ skip }) => {
    const [mariadb, redis] = [await serviceFor('mariadb'), await serviceFor('redis')]
    const missing = mariadb.missing ?? redis.missing
    skip(missing !== undefined, missing)
    const [one, two] = await startNodes(redis.url!)
    expect((await post(`${one.url}/auth/register`, ann)).status).toBe(201)
    const started = await tokensOf(await post(`${one.url}/auth/login`, { ...ann, transport: 'body' }))
    const refreshed = await tokensOf(await post(`${two.url}/auth/refresh`, started))
    expect(refreshed.session.generation).toBe(1)

    expect((await post(`${two.url}/auth/logout`, refreshed)).status).toBe(204)
    expect(await (await post(`${one.url}/auth/refresh`, refreshed)).json()).toMatchObject({ code: 'signed_out' })

    const events = await fetch(`${one.url}/auth/revocations`, {
      headers: { Accept: 'text/event-stream', Authorization: `Bearer ${one.credential}` },
    })
    expect(events.headers.get('Content-Type')).toBe('text/event-stream')
    one.child.kill('SIGTERM')
    expect(await once(one.child, 'exit')).toEqual([0, null])
  },
)

interface Tokens {
  readonly refresh_token: string
  readonly session: { readonly generation: number }
}

async function startNodes(redisUrl: string) {
  const file = copyExample('first-route/production.js', {
    'mysqlStore(pool)': "mysqlStore({ pool, durability: 'as-configured' })",
  })
  const program = await bundle(pathToFileURL(file))
  onTestFinished(program.remove)
  const credential = secret()
  const shared = {
    DATABASE_URL: await freshDatabase('mariadb'),
    REDIS_URL: redisUrl,
    ISSUER: 'http://localhost:4000',
    REFRESH_SECRET: secret(),
    SEAL_SECRET: secret(),
    GUARD_CREDENTIAL: credential,
  }
  const start = async () => {
    const url = await freeUrl()
    const env = { ...process.env, ...shared, PORT: new URL(url).port }
    const child = spawn(process.execPath, ['--no-warnings', program.file], {
      cwd: emptyFolder(),
      env,
      stdio: 'inherit',
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    await expect.poll(() => fetch(`${url}/readyz`).then(({ status }) => status, String), { timeout: 20_000 }).toBe(200)
    return { url, child, credential }
  }
  return [await start(), await start()] as const
}

function post(url: string, body: object): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Real-IP': '192.0.2.7' },
    body: JSON.stringify(body),
  })
}

/** What a client with body transport sends next. */
async function tokensOf(response: Response): Promise<Tokens & { readonly transport: 'body' }> {
  expect(response.status).toBe(200)
  return { ...((await response.json()) as Tokens), transport: 'body' }
}

/** An address that was free a moment ago, for a program that opens it itself. */
async function freeUrl(): Promise<string> {
  const origin = await openOrigin()
  await origin.close()
  return origin.url.replace('localhost', '127.0.0.1')
}
