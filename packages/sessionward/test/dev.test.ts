import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createGuard } from '@sessionward/guard'
import { expect, onTestFinished, test } from 'vitest'
import { startDevelopmentServer } from '../src/dev.js'
import { developmentGuardCredential } from '../src/guard-credential.js'

test('the guard credential that is printed reads the revocation feed, and survives a restart', async () => {
  const data = folder()
  const first = await start(data)
  const credential = credentialIn(first.lines)

  const answer = await fetch(`${first.url}/auth/revocations`, { headers: { Authorization: `Bearer ${credential}` } })
  const refused = await fetch(`${first.url}/auth/revocations`, { headers: { Authorization: `Bearer ${credential}x` } })

  expect([answer.status, refused.status]).toEqual([200, 401])
  await first.close()
  expect(credentialIn((await start(data)).lines)).toBe(credential)
  expect(statSync(join(data, 'guard-credential')).mode & 0o777).toBe(0o600)
})

test('accounts that register get the scope that was asked for', async () => {
  const { url } = await start(folder(), 'orders stock')
  const user = { username: 'ann', password: 'a password of some length' }
  await post(`${url}/auth/register`, user)
  const answer = await post(`${url}/auth/login`, { ...user, transport: 'body' })
  const { access_token: token } = (await answer.json()) as { access_token: string }
  const guard = createGuard({ issuer: url, audience: url })
  expect((await guard.verify(token, { scope: 'orders stock' })).subject).toBeTruthy()
})

test('the line that is printed makes a guard that refuses an ended session', async () => {
  const { url, lines } = await start()
  const line = lines.find((each) => each.includes('createGuard('))!
  expect(line.trim()).toBe(
    `createGuard({ issuer: '${url}', audience: '${url}', feed: { credential: process.env.GUARD_CREDENTIAL } })`,
  )
  const guard = createGuard({ issuer: url, audience: url, feed: { credential: credentialIn(lines) } })
  onTestFinished(() => guard.close())
  await guard.ready()
  const user = { username: 'ann', password: 'a password of some length' }
  await post(`${url}/auth/register`, user)
  const { access_token: token } = (await (await post(`${url}/auth/login`, { ...user, transport: 'body' })).json()) as {
    access_token: string
  }
  expect((await guard.verify(token)).subject).toBeTruthy()

  await post(`${url}/auth/logout`, {}, { Authorization: `Bearer ${token}` })

  await expect.poll(() => guard.verify(token).catch(({ code }) => code)).toBe('signed_out')
})

test.each([
  ['how to add one', [], 'none: add --origin http://localhost:5173'],
  [
    'which are listed',
    ['http://localhost:5173', 'http://localhost:3000'],
    'http://localhost:5173, http://localhost:3000',
  ],
])('the banner says of the pages %s', async (_, origins, text) => {
  const { lines } = await start(folder(), '', origins)

  expect(lines).toContain(`pages                     ${text}`)
})

test('a credential file that somebody has emptied is named, with what to do', () => {
  const data = folder()
  writeFileSync(join(data, 'guard-credential'), '')

  expect(() => developmentGuardCredential(data)).toThrow(
    /guard-credential does not contain a guard credential: delete it/,
  )
})

test('only the owner can enter a data folder that the start creates', async () => {
  const data = join(folder(), 'new')

  await start(data)

  expect(statSync(data).mode & 0o777).toBe(0o700)
})

test('a credential file that others can read is closed to them at the start, and stays the same', () => {
  const data = folder()
  const file = join(data, 'guard-credential')
  const credential = developmentGuardCredential(data)
  chmodSync(file, 0o644)

  expect(developmentGuardCredential(data)).toBe(credential)
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

function folder(): string {
  const created = mkdtempSync(join(tmpdir(), 'sessionward-dev-'))
  onTestFinished(() => rmSync(created, { recursive: true, force: true }))
  return created
}

async function start(dataFolder = folder(), scope = '', origins: readonly string[] = []) {
  const lines: string[] = []
  const print = (line: string) => void lines.push(line)
  const server = await startDevelopmentServer({ port: 0, dataFolder, origins, scope, print })
  let closing: Promise<void> | undefined
  const close = () => {
    closing ??= server.close()
    return closing
  }
  onTestFinished(close)
  return { url: server.url, lines, close }
}

function credentialIn(lines: readonly string[]): string {
  return /GUARD_CREDENTIAL=(\S+)/.exec(lines.join('\n'))![1]!
}

function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}
