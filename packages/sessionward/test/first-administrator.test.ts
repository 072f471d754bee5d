import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startDevelopmentServer } from '../src/dev.js'
import { firstAdministrator } from '../src/first-administrator.js'

const password = 'a password of some length'

test('the link that is printed makes an administrator once, and never again', async () => {
  const { url, lines } = await start()
  const code = linkIn(lines)!.split('#')[1]!

  const first = await create(url, { code, username: 'root', password })
  const second = await create(url, { code, username: 'other', password })

  expect(first.status).toBe(201)
  expect(second.status).toBe(403)
  expect(await scopeOf(url, 'root')).toBe('admin')
  expect((await login(url, 'other')).status).toBe(401)
})

test('of two requests with the link at one moment only one makes an administrator', async () => {
  const { url, lines } = await start()
  const code = linkIn(lines)!.split('#')[1]!

  const answers = await Promise.all(['one', 'two'].map((username) => create(url, { code, username, password })))

  expect(answers.map(({ status }) => status).sort()).toEqual([201, 403])
})

test('a wrong code makes nothing, and a refused password does not use the link up', async () => {
  const { url, lines } = await start()
  const code = linkIn(lines)!.split('#')[1]!

  const wrong = await create(url, { code: `${code.slice(1)}A`, username: 'root', password })
  const weak = await create(url, { code, username: 'root', password: 'short' })
  const good = await create(url, { code, username: 'root', password })

  expect([wrong.status, weak.status, good.status]).toEqual([403, 400, 201])
})

test('a form of another site cannot use the page, because it cannot send JSON', async () => {
  const { url, lines } = await start()
  const code = linkIn(lines)!.split('#')[1]!

  const answer = await fetch(`${url}/setup`, {
    method: 'POST',
    body: new URLSearchParams({ code, username: 'root', password }),
  })

  expect(answer.status).toBe(400)
})

test('a body that is too large or is not JSON is refused, even with the right code, and the link still works', async () => {
  const { url, lines } = await start()
  const code = linkIn(lines)!.split('#')[1]!
  const padding = 'x'.repeat(16 * 1024)
  const large = JSON.stringify({ code, username: 'root', password, padding })

  const announced = await create(url, { code, username: 'root', password, padding })
  const streamed = await fetch(`${url}/setup`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: new Blob([large]).stream(),
    duplex: 'half',
  } as RequestInit)
  const broken = await fetch(`${url}/setup`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{"code":',
  })
  const good = await create(url, { code, username: 'root', password })

  expect([announced, streamed, broken, good].map(({ status }) => status)).toEqual([413, 413, 400, 201])
})

test('a large body is not read to its end', async () => {
  const setup = (await firstAdministrator({ accounts: { anyAdministrator: async () => false } as never }, 'http://a'))!
  let pulled = 0
  const body = new ReadableStream({
    pull(controller) {
      pulled++
      controller.enqueue(new Uint8Array(1024))
      if (pulled === 1024) controller.close()
    },
  })
  const headers = { 'Content-Type': 'application/json' }

  const answer = await setup.fetch(
    new Request('http://a/setup', { method: 'POST', headers, body, duplex: 'half' } as RequestInit),
  )

  expect(answer.status).toBe(413)
  expect(pulled).toBeLessThan(32)
})

test('where there is an administrator, no link is printed and the page is gone', async () => {
  const data = folder()
  const first = await start(data)
  await create(first.url, { code: linkIn(first.lines)!.split('#')[1]!, username: 'root', password })
  await first.close()

  const second = await start(data)

  expect(linkIn(second.lines)).toBeUndefined()
  expect((await fetch(`${second.url}/setup`)).status).toBe(404)
})

test('the code stands in no page, and in the link only behind the fragment', async () => {
  const { url, lines } = await start()
  const link = new URL(linkIn(lines)!)
  const page = await (await fetch(`${url}/setup`)).text()

  expect(link.hash.length).toBeGreaterThan(32)
  expect(link.pathname + link.search).toBe('/setup')
  expect(page).not.toContain(link.hash.slice(1))
})

test('sessions outlive a restart on the same folder', async () => {
  const data = folder()
  const first = await start(data)
  await create(first.url, { code: linkIn(first.lines)!.split('#')[1]!, username: 'root', password })
  const { refresh_token } = (await (await login(first.url, 'root')).json()) as { refresh_token: string }
  await first.close()
  const second = await start(data)

  const answer = await post(`${second.url}/auth/refresh`, { refresh_token })

  expect(answer.status).toBe(200)
})

test('a port that is taken is named, with what to do about it', async () => {
  const { url } = await start()
  const port = Number(new URL(url).port)

  const again = startDevelopmentServer({ port, dataFolder: folder(), origins: [], print: () => {} })

  await expect(again).rejects.toThrow(`port ${port} is in use: choose another with --port`)
})

function folder(): string {
  const created = mkdtempSync(join(tmpdir(), 'sessionward-dev-'))
  onTestFinished(() => rmSync(created, { recursive: true, force: true }))
  return created
}

async function start(dataFolder = folder()) {
  const lines: string[] = []
  const { url, close } = await startDevelopmentServer({
    port: 0,
    dataFolder,
    origins: [],
    print: (line) => lines.push(line),
  })
  let closing: Promise<void> | undefined
  const closeOnce = () => {
    closing ??= close()
    return closing
  }
  onTestFinished(closeOnce)
  return { url, lines, close: closeOnce }
}

function linkIn(lines: readonly string[]): string | undefined {
  return lines.join('\n').match(/http\S+\/setup#\S+/)?.[0]
}

function post(url: string, body: unknown): Promise<Response> {
  return fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
}

function create(url: string, body: unknown): Promise<Response> {
  return post(`${url}/setup`, body)
}

function login(url: string, username: string): Promise<Response> {
  return post(`${url}/auth/login`, { username, password, transport: 'body' })
}

async function scopeOf(url: string, username: string): Promise<string> {
  const { access_token } = (await (await login(url, username)).json()) as { access_token: string }
  const payload = Buffer.from(access_token.split('.')[1]!, 'base64url').toString()
  return (JSON.parse(payload) as { scope: string }).scope
}
