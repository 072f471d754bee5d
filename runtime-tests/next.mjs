// @ts-check
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { createAuthServer } from '@sessionward/server'
import { requestListener } from '@sessionward/server/node'
import { memoryStore } from '@sessionward/server/store/memory'

/**
 * The built guard in a Next application, built and started as its users do, with `next/` as its source. It has no proxy, so what
 * holds here holds in the page, the action and the route handler. Next is heavy, and so it is installed into .cache.
 */
const source = resolve('runtime-tests/next')
const folder = resolve('.cache/next')
const next = join(folder, 'node_modules/next/dist/bin/next')
const guardCredential = randomBytes(48).toString('base64')

install()
const world = await open()
let passed = 0
let failed = 0
try {
  for (const { title, run } of cases()) {
    try {
      await run()
      passed++
    } catch (error) {
      failed++
      console.log(`not ok: ${title}\n${error instanceof Error ? error.stack : error}`)
    }
  }
} finally {
  await world.close()
}
console.log(`Next on Node ${process.versions.node}\n${passed} passed, ${failed} failed, 0 skipped`)
process.exit(failed === 0 && passed > 0 ? 0 : 1)

function cases() {
  return [
    { title: 'a page that everybody may read is open', run: openPage },
    { title: 'without a token the page redirects, the handler refuses, and the action changes nothing', run: nobody },
    { title: 'with a token the page, the handler and the action know the person', run: somebody },
    { title: 'an ended session is refused by all three', run: ended },
    { title: 'two people who alternate twenty times never see each other, and no cache keeps an answer', run: two },
    { title: 'a rendered page sets no cookie', run: noCookies },
  ]
}

async function openPage() {
  assert.match(await (await fetch(world.url)).text(), /Everybody may read this/)
}

async function nobody() {
  const page = await visit('/orders')
  const answer = await visit('/api/orders')
  const before = await renamed()
  const action = await act(await actionOf(await world.signIn('ann')), undefined)

  assert.deepEqual([page.status, page.headers.get('location')], [307, '/'])
  assert.deepEqual([answer.status, answer.headers.get('www-authenticate')], [401, 'Bearer'])
  assert.equal(answer.headers.get('content-type'), 'application/problem+json')
  assert.ok(action.status >= 400, `an action without a token was answered ${action.status}`)
  assert.equal(await renamed(), before)
}

async function somebody() {
  const { token } = await world.signIn('ann')
  const before = await renamed()

  assert.match(await (await visit('/orders', token)).text(), /Orders of (<!-- -->)?ann/)
  assert.deepEqual(await (await visit('/api/orders', token)).json(), { subject: 'ann' })
  const action = await act(await actionOf({ token }), token)

  assert.equal(action.status, 303)
  assert.match(action.headers.get('location') ?? '', /renamed=ann-new/)
  assert.equal(await renamed(), before + 1)
}

async function ended() {
  const { token, sid } = await world.signIn('ann')
  const fields = await actionOf({ token })
  await world.auth.sessions.end(sid)
  const deadline = Date.now() + 10_000
  while ((await visit('/api/orders', token)).status === 200) assert.ok(Date.now() < deadline, 'the session lives on')
  const before = await renamed()

  assert.match((await visit('/api/orders', token)).headers.get('www-authenticate') ?? '', /code="session_revoked"/)
  assert.equal((await visit('/orders', token)).status, 307)
  assert.ok((await act(fields, token)).status >= 400)
  assert.equal(await renamed(), before)
}

async function two() {
  const tokens = await Promise.all(['ann', 'bob'].map(async (name) => ({ name, ...(await world.signIn(name)) })))
  for (let turn = 0; turn < 20; turn++) {
    for (const { name, token } of tokens) {
      const [page, answer] = await Promise.all([visit('/orders', token), visit('/api/orders', token)])
      assert.match(await page.text(), new RegExp(`Orders of (<!-- -->)?${name}`))
      assert.deepEqual(await answer.json(), { subject: name })
      for (const { headers } of [page, answer]) assert.match(headers.get('cache-control') ?? '', /private.*no-store/)
    }
  }
}

async function noCookies() {
  const { token } = await world.signIn('ann')
  assert.deepEqual((await visit('/orders', token)).headers.getSetCookie(), [])
  assert.deepEqual((await visit('/orders', 'expired')).headers.getSetCookie(), [])
}

/** A page visit or call with the access cookie. @param {string} path @param {string} [token] */
function visit(path, token) {
  return fetch(world.url + path, {
    redirect: 'manual',
    headers: token === undefined ? {} : { cookie: `access_token=${token}` },
  })
}

/** The hidden fields by which the form of the page names its action. @param {{ token: string }} person */
async function actionOf({ token }) {
  const html = await (await visit('/orders', token)).text()
  const fields = [...html.matchAll(/<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?/g)]
  assert.ok(fields.length > 0, 'the page has no form with an action')
  return fields.map(([, name, value = '']) => /** @type {[string, string]} */ ([name, value]))
}

/** Submits the form as a browser without scripts does. @param {[string, string][]} fields @param {string | undefined} token */
function act(fields, token) {
  const body = new FormData()
  for (const [name, value] of fields) body.set(name, value)
  body.set('name', 'new')
  const headers = {
    origin: world.url,
    'sec-fetch-site': 'same-origin',
    ...(token && { cookie: `access_token=${token}` }),
  }
  return fetch(`${world.url}/orders`, { method: 'POST', body, headers, redirect: 'manual' })
}

/** @returns {Promise<number>} how often the action has changed something */
async function renamed() {
  return (await (await fetch(`${world.url}/api/renamed`)).json()).renamed
}

/** The application's files, Next by its lock, and our packages as they would be published. */
function install() {
  const lock = join(folder, 'package-lock.json')
  const isCurrent = existsSync(next) && existsSync(lock) && same(lock, join(source, 'package-lock.json'))
  rmSync(join(folder, 'app'), { recursive: true, force: true })
  cpSync(source, folder, { recursive: true })
  if (!isCurrent) command('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'])
  for (const name of ['protocol', 'guard']) {
    const target = join(folder, 'node_modules/@sessionward', name)
    rmSync(target, { recursive: true, force: true })
    for (const part of ['package.json', 'dist'])
      cpSync(resolve('packages', name, part), join(target, part), { recursive: true })
  }
}

/** @param {string} first @param {string} second */
function same(first, second) {
  return readFileSync(first, 'utf8') === readFileSync(second, 'utf8')
}

/** @param {string} file @param {string[]} args @param {NodeJS.ProcessEnv} [environment] */
function command(file, args, environment = {}) {
  const env = { ...process.env, ...environment }
  const { status } = spawnSync(file, args, { cwd: folder, env, stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) throw new Error(`${file} ${args.slice(0, 2).join(' ')} ended with ${status}`)
}

/** An auth server in this process, and the application built and started beside it. */
async function open() {
  const server = createServer()
  server.listen(0, 'localhost')
  await once(server, 'listening')
  const issuer = `http://localhost:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}`
  const auth = createAuthServer({
    issuer,
    mode: 'development',
    store: memoryStore(),
    secrets: { guards: [guardCredential] },
    directory: { authenticate: async () => null, profile: async () => ({ user: {} }) },
  })
  server.on('request', requestListener(auth))
  const env = { ISSUER: issuer, GUARD_CREDENTIAL: guardCredential, NEXT_TELEMETRY_DISABLED: '1' }
  // Not in this process: the build asks the auth server, which must be able to answer.
  const build = spawn(process.execPath, [next, 'build'], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: 'inherit',
  })
  const [code] = await once(build, 'close')
  if (code !== 0) throw new Error(`next build ended with ${code}`)
  const app = spawn(process.execPath, [next, 'start', '-p', '0'], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = await addressIn(app.stdout)
  return {
    auth,
    url,
    /** @param {string} subject */
    async signIn(subject) {
      const { accessToken, session } = await auth.sessions.start({ subject })
      return { token: accessToken, sid: session.id }
    },
    async close() {
      app.kill()
      server.close()
      server.closeAllConnections()
      await auth.close()
    },
  }
}

/** @param {NodeJS.ReadableStream} output */
async function addressIn(output) {
  for await (const line of createInterface(output)) {
    const [address] = /http:\/\/localhost:\d+/.exec(line) ?? []
    if (address) return address
  }
  throw new Error('next start ended before it listened')
}
