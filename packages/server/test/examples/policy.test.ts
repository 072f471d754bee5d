import { describe, expect, onTestFinished, test } from 'vitest'
import { bank } from '../../../../examples/policy/src/bank.js'
import { newestWins } from '../../../../examples/policy/src/newest-wins.js'
import { endOthers, takeOffLine, takeOwnUserOffLine } from '../../../../examples/policy/src/off-line.js'
import { oneOfEach } from '../../../../examples/policy/src/one-of-each.js'
import { withWallDisplays } from '../../../../examples/policy/src/wall-display.js'
import type { AuthServer } from '../../src/auth-server.js'
import type { AuthServerOptions } from '../../src/options.js'
import { memoryStore } from '../../src/store/memory/index.js'
import { people } from '../harness/people.js'
import { testSecrets } from '../harness/secrets.js'

const phone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148'
const desktop = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36'

/** What docs/policy.md shows, on a server in memory. */
function open(create: (options: AuthServerOptions) => AuthServer, options: Partial<AuthServerOptions> = {}) {
  const auth = create({
    issuer: 'https://auth.example.com',
    mode: 'production',
    store: memoryStore(),
    secrets: testSecrets(),
    directory: people('ann'),
    ...options,
  })
  onTestFinished(() => auth.close())
  const start = async (more: object) => (await auth.sessions.start({ subject: 'ann', ...more })).session.id
  const active = async () => (await auth.sessions.list({ subject: 'ann' })).map(({ id }) => id).sort()
  return { auth, start, active }
}

describe('the set-ups of docs/policy.md', () => {
  test('newest wins: the older session ends', async () => {
    const { start, active } = open(newestWins)
    await start({ userAgent: phone })

    const newest = await start({ userAgent: desktop })

    expect(await active()).toEqual([newest])
  })

  test('one of each: a second phone ends the first, and the desktop stays, whether the app states the class or not', async () => {
    const { start, active } = open(oneOfEach)
    const first = await start({ userAgent: phone })
    const atDesk = await start({ userAgent: desktop })
    expect(await active()).toEqual([first, atDesk].sort())

    const second = await start({ userAgent: 'okhttp/4.12.0', device: { class: 'phone' } })

    expect(await active()).toEqual([atDesk, second].sort())
  })

  test('bank: a second sign-in is refused, and a session lasts a day at most, an hour without use', async () => {
    const { auth, start } = open(bank)
    await start({})

    await expect(start({})).rejects.toMatchObject({ code: 'session_limit_reached' })

    const [session] = await auth.sessions.list({ subject: 'ann' })
    expect(session!.absoluteDeadline - session!.createdAt).toBe(86_400_000)
    expect(session!.idleDeadline - session!.createdAt).toBe(3_600_000)
  })

  test('a wall display does not replace the session of a person, and replaces its own when it restarts', async () => {
    const { start, active } = open(withWallDisplays)
    const person = await start({ userAgent: desktop })
    await start({ userAgent: desktop, device: { id: 'hall', class: 'service' } })

    const anew = await start({ userAgent: desktop, device: { id: 'hall', class: 'service' } })

    expect(await active()).toEqual([person, anew].sort())
  })
})

describe('the calls of docs/policy.md', () => {
  test('take a built-in account off line', async () => {
    const { auth } = open(newestWins, { directory: undefined } as object)
    const { subject } = await auth.accounts!.create({ username: 'ann', password: 'a long password of ann' })
    await auth.sessions.start({ subject })

    await takeOffLine(auth, subject)

    expect(await auth.sessions.list({ subject })).toEqual([])
    await expect(auth.sessions.start({ subject })).rejects.toMatchObject({ code: 'account_disabled' })
  })

  test('take a user of one’s own table off line', async () => {
    const directory = people('ann')
    const { auth, start, active } = open(oneOfEach, { directory })
    await start({})

    await takeOwnUserOffLine(auth, 'ann', async (id) => void directory.profiles.delete(id))

    expect(await active()).toEqual([])
    await expect(start({})).rejects.toMatchObject({ code: 'account_disabled' })
  })

  test('end the others', async () => {
    const { auth, start, active } = open(oneOfEach)
    await start({ userAgent: phone })
    const here = await start({ userAgent: desktop })

    expect(await endOthers(auth, 'ann', here)).toBe(1)
    expect(await active()).toEqual([here])
  })
})
