import { describe, expect, it } from 'vitest'
import { checkDirectory } from '../../src/directory/check-directory.js'
import type { Directory } from '../../src/directory/directory.js'
import { testServer } from '../harness/auth-server.js'
import { Browser, codeOf } from '../harness/browser.js'
import { passwordOf, people } from '../harness/people.js'

const subject = { tenant: '', subject: 'ann' }
const circle: Record<string, unknown> = {}
circle.self = { circle }

function checked(directory: object) {
  const figures: string[] = []
  return { directory: checkDirectory(directory as Directory, (figure) => figures.push(figure)), figures }
}

async function fault(answer: Promise<unknown>): Promise<string> {
  const error = await answer.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(TypeError)
  return (error as Error).message
}

describe('what the application’s own directory answers', () => {
  it.each([
    [{ subject: 7 }, 'returned `subject` as a number; it must be a non-empty string: write String(id)'],
    [{ subject: 7n }, 'returned `subject` as a bigint; it must be a non-empty string: write String(id)'],
    [{ id: '7' }, 'returned `subject` as undefined; it must be a non-empty string: write String(id)'],
    [{ subject: '' }, 'returned `subject` as an empty string; it must be a non-empty string'],
    [
      { subject: 'a\ud83d' },
      'returned `subject` as a string with half a surrogate pair; it must be well-formed Unicode',
    ],
    [{ subject: 'x'.repeat(256) }, 'returned `subject` as a string of 256 characters; it must have at most 255'],
    [{ subject: 'ann', unchanged: true }, 'returned `unchanged` as a boolean; it must be a function'],
    [true, 'returned a boolean; it must be { subject } or null'],
    ['ann', 'returned a string; it must be { subject } or null'],
    [[{ subject: 'ann' }], 'returned an array; it must be { subject } or null'],
  ])('authenticate: answer %# is refused by its name and type', async (answer, said) => {
    const { directory, figures } = checked({ authenticate: async () => answer })

    const message = await fault(directory.authenticate({ tenant: '', username: 'ann', password: 'x' }))

    expect(message).toBe(`directory.authenticate ${said}`)
    expect(figures).toEqual(['directory_answer_invalid'])
  })

  it.each([null, undefined, false])('authenticate: %s signs nobody in, and is no fault', async (answer) => {
    const { directory, figures } = checked({ authenticate: () => answer })

    expect(await directory.authenticate({ tenant: '', username: 'ann', password: 'x' })).toBeNull()
    expect(figures).toEqual([])
  })

  it.each<[unknown, string]>([
    [undefined, 'returned undefined; it must be { user }, or null if the subject may no longer be signed in'],
    [{}, 'returned `user` as undefined; it must be an object'],
    [{ user: 'ann' }, 'returned `user` as a string; it must be an object'],
    [{ user: {}, version: '3' }, 'returned `version` as a string; it must be a whole number: write Number(version)'],
    [{ user: {}, version: 3n }, 'returned `version` as a bigint; it must be a whole number: write Number(version)'],
    [{ user: {}, version: null }, 'returned `version` as null; it must be a whole number'],
    [{ user: {}, version: 1.5 }, 'returned `version` as a number; it must be a whole number up to 2^53'],
    [
      { user: {}, scope: ['a'] },
      "returned `scope` as an array; it must be a space-separated string: write scope.join(' ')",
    ],
    [{ user: {}, scope: null }, 'returned `scope` as null; it must be a space-separated string'],
    [
      { user: {}, scope: 'two  spaces' },
      'returned an invalid `scope`; it must be visible ASCII without " and \\, with single spaces between scopes (RFC 6749 section 3.3)',
    ],
    [{ user: {}, scopes: 'a' }, 'returned an unknown member `scopes`; did you mean `scope`?'],
    [
      { user: { points: 7n } },
      'returned `user.points` as a bigint; it must be a value that JSON can represent: write String(value)',
    ],
    [
      { user: { tags: [() => 1] } },
      'returned `user.tags[0]` as a function; it must be a value that JSON can represent',
    ],
    [{ user: { share: Number.NaN } }, 'returned `user.share` as NaN; it must be a value that JSON can represent'],
    [{ user: { roles: new Set(['a']) } }, 'returned `user.roles` as an object; it must be a plain object or an array'],
    [{ user: circle }, 'returned `user.self.circle`, which contains itself; JSON cannot represent that'],
    [
      { user: {}, claims: { n: 1n } },
      'returned `claims.n` as a bigint; it must be a value that JSON can represent: write String(value)',
    ],
    [
      { user: {}, claims: { iss: 'me' } },
      'returned `claims.iss`; only the auth server sets the claim "iss": choose another name',
    ],
  ])('profile: answer %# is refused by its name and type', async (answer, said) => {
    const { directory, figures } = checked({ profile: async () => answer })

    expect(await fault(directory.profile(subject))).toBe(`directory.profile ${said}`)
    expect(figures).toEqual(['directory_answer_invalid'])
  })

  it('accepts every JSON value, and dates and missing members', async () => {
    const answer = {
      scope: 'orders',
      version: 3,
      claims: { team: ['a'] },
      user: { since: new Date(), gone: undefined, none: null, name: 'Ann' },
    }
    const { directory } = checked({ profile: () => answer })

    expect(await directory.profile(subject)).toBe(answer)
  })

  it.each<[string, unknown, string]>([
    ['register', { id: 7 }, 'returned `subject` as undefined; it must be a non-empty string: write String(id)'],
    ['register', 'exists', "returned a string; it must be { subject } or 'taken'"],
    ['changePassword', true, "returned a boolean; it must be 'changed' or 'wrong'"],
    ['changePassword', undefined, "returned undefined; it must be 'changed' or 'wrong'"],
  ])('%s: %j is refused', async (name, answer, said) => {
    const { directory } = checked({ [name]: async () => answer })

    const call = (directory as unknown as Record<string, (input: object) => Promise<unknown>>)[name]!
    expect(await fault(call({}))).toBe(`directory.${name} ${said}`)
  })

  it('keeps the rest of an answer and the object that the functions belong to', async () => {
    class Users {
      readonly name = 'ann'
      async authenticate() {
        return { subject: this.name, unchanged: async () => false }
      }
      async profile() {
        return null
      }
    }
    const { directory } = checked(new Users())

    const answer = await directory.authenticate({ tenant: '', username: 'ann', password: 'x' })

    expect(answer?.subject).toBe('ann')
    expect(await answer?.unchanged?.()).toBe(false)
    expect(directory).not.toHaveProperty('register')
  })
})

describe('a request that meets such an answer', () => {
  it.each<[string, (server: ReturnType<typeof people>) => void]>([
    ['subject', (directory) => void Object.assign(directory, { authenticate: async () => ({ subject: 7 }) })],
    ['version', (directory) => void directory.profiles.set('ann', { user: {}, version: '3' as never })],
    ['user.big', (directory) => void directory.profiles.set('ann', { user: { big: 1n } })],
    [
      'at most 8192',
      (directory) => void directory.profiles.set('ann', { user: {}, claims: { all: 'x'.repeat(9000) } }),
    ],
  ])('is answered 503 before a session is created, and the log names %s', async (named, spoil) => {
    const directory = people('ann')
    spoil(directory)
    const { auth, stored, logged } = testServer({ directory })

    const response = await new Browser(auth).post('/auth/login', { username: 'ann', password: passwordOf('ann') })

    expect(response.status).toBe(503)
    expect(await codeOf(response)).toBe('service_unavailable')
    expect(stored.calls).not.toContain('sessions.create')
    expect(logged.filter((line) => line.includes(named))).toHaveLength(1)
    expect(auth.figures().error).toBe(1)
  })

  it('does not end a session, and says the same thing to the operator only once', async () => {
    const { auth, directory, logged } = testServer()
    const browser = new Browser(auth)
    await browser.signIn('ann')
    const good = directory.profiles.get('ann')!
    directory.profiles.set('ann', { user: {}, version: '3' as never })

    const statuses = [await browser.post('/auth/refresh'), await browser.post('/auth/refresh')].map((r) => r.status)
    directory.profiles.set('ann', good)

    expect(statuses).toEqual([503, 503])
    expect((await browser.post('/auth/refresh')).status).toBe(200)
    expect(logged.filter((line) => line.includes('`version` as a string'))).toHaveLength(1)
    expect(auth.figures().directory_answer_invalid).toBe(2)
  })
})
