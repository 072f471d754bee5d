import { inspect } from 'node:util'
import type { TokenAnswerOnWire } from '@sessionward/protocol'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { testServer } from './harness/auth-server.js'
import { Browser } from './harness/browser.js'
import { guardCredential, randomSecret, testSecrets } from './harness/secrets.js'

/** Everything that leaves the server for its operator. */
function overheard() {
  const said: string[] = []
  const spies = [
    vi.spyOn(process, 'emitWarning').mockImplementation((...words) => void said.push(inspect(words, { depth: 9 }))),
    ...(['log', 'info', 'warn', 'error', 'debug'] as const).map((level) =>
      vi.spyOn(console, level).mockImplementation((...words) => void said.push(inspect(words, { depth: 9 }))),
    ),
    ...([process.stdout, process.stderr] as const).map((stream) =>
      vi.spyOn(stream, 'write').mockImplementation((chunk) => {
        said.push(String(chunk))
        return true
      }),
    ),
  ]
  onTestFinished(() => {
    for (const spy of spies) spy.mockRestore()
  })
  return said
}

/** Every stretch of 12 characters of a secret, as a search through a log would find them. */
function traces(secret: string, text: string): string[] {
  const found = []
  for (let at = 0; at + 12 <= secret.length; at++) {
    if (text.includes(secret.slice(at, at + 12))) found.push(secret.slice(at, at + 12))
  }
  return found
}

describe('what nobody hears', () => {
  it('is any token, password, key or credential: not in events, warnings, errors, figures or refusals', async () => {
    const said = overheard()
    const secrets = testSecrets()
    const clientSecret = randomSecret()
    const server = testServer({
      secrets,
      clients: [{ id: 'default', secret: clientSecret }],
      registration: 'open',
      directory: undefined,
    } as object)
    const { auth, clock, stored } = server
    auth.on((event) => said.push(inspect(event, { depth: 9 })))
    const passwords = [randomSecret(), randomSecret(), randomSecret()]
    const minted: string[] = []
    const refusals: Response[] = []
    const browser = new Browser(auth)
    const mint = async (response: Response) => {
      const answer = (await response.clone().json()) as TokenAnswerOnWire
      minted.push(answer.access_token.split('.')[2]!, ...browser.jar.values())
      if (answer.refresh_token) minted.push(answer.refresh_token)
      return answer
    }
    const ask = async (path: string, body?: unknown, headers?: Record<string, string>) => {
      const response = await browser.post(path, body, headers)
      if (response.status >= 400) refusals.push(response)
      return response
    }

    // All that goes well, and all that goes wrong.
    await ask('/auth/register', { username: 'ann', password: passwords[0] })
    await mint(await ask('/auth/login', { username: 'ann', password: passwords[0] }))
    const inBody = await mint(await ask('/auth/login', { username: 'ann', password: passwords[0], transport: 'body' }))
    for (let turn = 0; turn < 3; turn++) await mint(await ask('/auth/refresh'))
    const [old] = minted.filter((token) => token.length === 104)
    const bearer = { Authorization: `Bearer ${inBody.access_token}` }
    await ask('/auth/password', { current: passwords[1], next: passwords[2] }, bearer)
    await ask('/auth/password', { current: passwords[0], next: passwords[2] }, bearer)
    await ask('/auth/login', { username: passwords[1], password: passwords[1] })
    await ask('/auth/login', { username: 'ann', password: [passwords[1]] })
    await ask('/auth/login', `{"username":"ann","password":"${passwords[1]}"`)
    await ask('/auth/login', { [passwords[1]!]: passwords[1] })
    await ask('/auth/register', { username: 'bob', password: passwords[1], [passwords[1]!]: {} })
    await ask('/auth/refresh', { refresh_token: `${inBody.refresh_token}x` })
    const forged = `${inBody.refresh_token!.slice(0, -2)}AA`
    await ask('/auth/refresh', { refresh_token: forged })
    await ask('/auth/refresh', { refresh_token: old })
    const basic = Buffer.from(`other:${clientSecret}`).toString('base64')
    await ask('/auth/refresh', { refresh_token: old, rotate: false }, { Authorization: `Basic ${basic}` })
    await ask('/auth/me', undefined, bearer)
    await ask('/auth/revocations', undefined, { Authorization: `Bearer ${guardCredential}x` })
    await ask('/auth/logout', undefined, { Authorization: `Bearer ${inBody.access_token.slice(0, -4)}` })
    clock.advance(20)
    await ask('/auth/refresh', { refresh_token: inBody.refresh_token })
    stored.away = true
    await ask('/auth/refresh')
    await ask('/auth/login', { username: 'ann', password: passwords[2] })
    stored.away = false
    stored.before = (verb) => {
      if (verb === 'sessions.find') throw new TypeError('the driver has a fault')
    }
    await ask('/auth/refresh')
    stored.before = undefined
    await auth.close()

    for (const response of refusals) said.push(inspect([...response.headers]), await response.text())
    said.push(inspect(auth.figures()))
    const heard = said.join('\n')
    const hidden = [
      ...minted,
      ...passwords,
      guardCredential,
      clientSecret,
      basic,
      secrets.seal,
      String(secrets.refresh[0]!.secret),
    ]
    // 1.5 kB of secrets at least went through, and the operator heard of faults and refusals.
    expect(minted.length).toBeGreaterThan(8)
    expect(refusals.length).toBeGreaterThan(12)
    expect(heard).toContain('the driver has a fault')
    expect(heard).toContain('sign_in_failed')
    expect(hidden.flatMap((secret) => traces(secret, heard))).toEqual([])
  })

  it('stands in the store neither: no token, no password, no salt beside a key', async () => {
    const { auth, stored } = testServer()
    const written: string[] = []
    stored.before = (_, args) => void written.push(inspect(args, { depth: 9, maxArrayLength: null }))
    const browser = new Browser(auth)
    const { access_token, refresh_token } = await browser.signIn('ann', { transport: 'body' })
    const response = await browser.post('/auth/refresh', { refresh_token })
    const next = (await response.json()) as TokenAnswerOnWire
    await browser.post('/auth/refresh', { refresh_token: next.refresh_token })
    await auth.close()

    const text = written.join('\n')
    const tokens = [refresh_token!, next.refresh_token!, access_token.split('.')[2]!]
    expect(text).toContain('ann')
    expect(tokens.flatMap((token) => traces(token, text))).toEqual([])
    expect(text).not.toContain('the long password')
  })
})
