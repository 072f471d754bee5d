import { describe, expect, it } from 'vitest'
import { testServer } from '../harness/auth-server.js'
import { Browser } from '../harness/browser.js'
import { passwordOf } from '../harness/people.js'

const ann = { username: 'ann', password: passwordOf('ann') }

/** Every endpoint that takes a body, and a member of it. */
const members: readonly (readonly [path: string, member: string, rest: object])[] = [
  ['/auth/login', 'username', ann],
  ['/auth/login', 'password', ann],
  ['/auth/login', 'remember', ann],
  ['/auth/login', 'transport', ann],
  ['/auth/login', 'device.id', ann],
  ['/auth/login', 'device.name', ann],
  ['/auth/login', 'device.class', ann],
  ['/auth/refresh', 'refresh_token', {}],
  ['/auth/refresh', 'rotate', {}],
  ['/auth/logout', 'refresh_token', {}],
  ['/auth/logout', 'everywhere', {}],
]

const hostile: readonly unknown[] = [
  { $ne: '' },
  { $where: 'sleep(9)' },
  { toString: 'x' },
  { length: 5 },
  ['x'],
  [],
  5,
  null,
  JSON.parse('{"__proto__":{"x":1}}'),
]

function withMember(path: string, value: unknown): object {
  const [name, inner] = path.split('.') as [string, string?]
  return { [name]: inner === undefined ? value : { [inner]: value } }
}

describe.each(members)('%s with a hostile %s', (path, member, rest) => {
  it.each(hostile)('(%#) is refused with 4xx, sets no cookie and repeats nothing', async (value) => {
    const { auth } = testServer()
    const browser = new Browser(auth)
    await browser.signIn('ann')
    const started = auth.figures().session_started

    const response = await browser.send(path, { ...rest, ...withMember(member, value) })

    expect(response.status).toBe(400)
    expect(response.headers.getSetCookie()).toEqual([])
    expect(await response.text()).not.toMatch(/\$ne|\$where|sleep/)
    expect(auth.figures()).toMatchObject({ session_started: started })
    expect(auth.figures()).not.toHaveProperty('error')
    expect((await browser.post('/auth/refresh')).status).toBe(200)
  })
})

describe('every endpoint that takes a body', () => {
  it.each(['/auth/login', '/auth/refresh', '/auth/logout', '/auth/register'])(
    '%s survives whatever bytes come, with 4xx',
    async (path) => {
      const { auth } = testServer({ registration: 'open', directory: undefined } as object)
      const texts = [
        '{',
        '[]',
        'null',
        '"x"',
        '\0',
        '{"a":1e999}',
        '{"username":"\\ud800","password":"\\udfff"}',
        `{"username":"${'\\u0000'.repeat(20)}","password":"x"}`,
        `${'['.repeat(30_000)}`,
        `{"username":"ann","username":"bob","password":"x","refresh_token":"x","refresh_token":"y"}`,
        `{"refresh_token":"${'A'.repeat(512)}","username":"a","password":"b"}`,
        `{"refresh_token":"${'\\u00e4'.repeat(104)}","username":"a","password":"b"}`,
      ]

      for (const text of texts) {
        const response = await new Browser(auth).send(path, text)
        const harmless = (path === '/auth/logout' || path === '/auth/refresh') && response.status === 204
        expect([text.slice(0, 20), harmless || (response.status >= 400 && response.status < 500)]).toEqual([
          text.slice(0, 20),
          true,
        ])
      }
      expect(auth.figures()).not.toHaveProperty('error')
    },
  )

  it('answers with no-store whenever the answer has a token or a cookie', async () => {
    const { auth } = testServer()
    const browser = new Browser(auth)
    const responses = [
      await browser.post('/auth/login', ann),
      await browser.post('/auth/login', { ...ann, transport: 'body' }),
      await browser.post('/auth/login', ann),
      await browser.post('/auth/refresh'),
      await browser.post('/auth/logout'),
      await browser.post('/auth/refresh'),
    ]

    expect(responses.filter((response) => response.headers.getSetCookie().length > 0).length).toBeGreaterThan(3)
    for (const response of responses) {
      expect(response.headers.get('Cache-Control')).toBe('no-store')
      expect(response.headers.get('Vary')).toContain('Origin')
    }
  })
})
