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

describe('what is never disclosed', () => {
  it('includes every token, password, key and credential, in events, warnings, errors, figures and refusals', async () => {
    const said = overheard()
    const secrets = testSecrets()
    const clientSecret = randomSecret()
    const server = testServer({
      secrets,
      clients: [{ id: 'default', secret: clientSecret }],
      registration: 'open',
      directory: undefined,
      logger: undefined,
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
      const address = `postgres://auth:${passwords[0]}@db.example.com/auth`
      if (verb === 'sessions.find') throw new TypeError(`the driver has a fault at ${address}`)
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

  it('is not in the store: no token or its tag, no password, no secret of the configuration', async () => {
    const secrets = testSecrets()
    const { auth, stored } = testServer({ secrets, registration: 'open', directory: undefined } as object)
    const written: string[] = []
    stored.before = (verb, args) => void written.push(verb, spelled(args))
    const browser = new Browser(auth)
    const password = randomSecret()
    await browser.post('/auth/register', { username: 'ann', password })
    const login = await browser.post('/auth/login', { username: 'ann', password, transport: 'body' })
    const first = (await login.json()) as TokenAnswerOnWire
    const answers = [first]
    for (let turn = 0; turn < 2; turn++) {
      const { refresh_token } = answers.at(-1)!
      const response = await browser.post('/auth/refresh', { refresh_token })
      answers.push((await response.json()) as TokenAnswerOnWire)
    }
    await auth.close()

    const text = written.join('\n')
    const hidden = answers.flatMap(({ refresh_token, access_token }) => [
      refresh_token!,
      Buffer.from(refresh_token!, 'base64url').subarray(46).toString('hex'),
      access_token.split('.')[2]!,
    ])
    // The look-out works: it sees bytes, and what may be kept of a token.
    expect(text).toContain('sessions.confirm')
    expect(text).toContain(Buffer.from(answers[1]!.refresh_token!, 'base64url').subarray(22, 38).toString('hex'))
    const configured = [String(secrets.seal), String(secrets.refresh[0]!.secret), guardCredential]
    expect([...hidden, ...configured, password].flatMap((secret) => traces(secret, text))).toEqual([])
  })
})

/** Values as text, bytes in hexadecimal. */
function spelled(values: unknown): string {
  return JSON.stringify(values, function (this: Record<string, unknown>, name, value) {
    // What a Buffer makes of itself comes as `value`; the holder still has the bytes.
    const given = this[name]
    return given instanceof Uint8Array ? Buffer.from(given).toString('hex') : value
  })
}
