import { createHash } from 'node:crypto'
import * as nodeRsArgon2 from '@node-rs/argon2'
import { expect, test, vi } from 'vitest'
import { createPasswords } from '../../src/accounts/passwords.js'
import { type HashKind, md5, type UserSource, userDirectory } from '../../src/users/index.js'
import { createPasswordChecker } from '../../src/users/password-check.js'

vi.mock('@node-rs/argon2', async (load) => {
  const library = await load<typeof nodeRsArgon2>()
  return { ...library, verify: vi.fn(library.verify) }
})

const cheap = { memory: 64, passes: 1 }
const fast = createHash('md5').update('password').digest('hex')

/** Counts what each check costs. */
async function workFor(hash: string | null | undefined, password: string) {
  const runs = { argon2: 0, slow: 0 }
  const argon2 = {
    hash: (...given: Parameters<typeof nodeRsArgon2.hash>) => nodeRsArgon2.hash(...given),
    verify(...given: Parameters<typeof nodeRsArgon2.verify>) {
      runs.argon2++
      return nodeRsArgon2.verify(...given)
    },
  }
  const slow: HashKind = {
    name: 'slow',
    dummy: 'slow:nothing',
    recognizes: (stored) => stored.startsWith('slow:'),
    async verify(stored, given) {
      runs.slow++
      return stored.hash === `slow:${given}`
    },
  }
  const checker = createPasswordChecker(createPasswords(cheap, argon2), [md5(), slow], () => {})
  const user = hash === undefined ? undefined : { ...nobody, hash }
  const { matches } = await checker.check(user, password)
  return { ...runs, matches }
}

const nobody = {
  id: '1',
  username: 'ann',
  salt: '',
  disabled: false,
  version: undefined,
  changedAt: undefined,
  row: {},
}

test.each([
  ['an unknown person', undefined],
  ['a person without a password', null],
  ['an old fast hash', fast],
  ['an old slow hash', 'slow:password'],
  ['a hash that nothing recognizes', 'unreadable'],
])('a wrong password for %s costs one run of argon2 and one of the slow kind', async (_title, hash) => {
  expect(await workFor(hash, 'wrong')).toEqual({ argon2: 1, slow: 1, matches: false })
})

test('a new hash costs the slow kind too, while that kind is there', async () => {
  const hash = await createPasswords(cheap).hash('password')
  expect(await workFor(hash, 'wrong')).toEqual({ argon2: 1, slow: 1, matches: false })
  expect(await workFor(hash, 'password')).toEqual({ argon2: 1, slow: 1, matches: true })
})

test('a right password with an old hash leaves its run of argon2 to the new hash', async () => {
  expect(await workFor(fast, 'password')).toEqual({ argon2: 0, slow: 1, matches: true })
  expect(await workFor('slow:password', 'password')).toEqual({ argon2: 0, slow: 1, matches: true })
})

test('a disabled person with an old hash costs a run of argon2, whether the password is right or wrong', async () => {
  const source = {
    findByUsername: async () => [{ ...nobody, hash: fast, disabled: true }],
    findById: async () => undefined,
    replaceHash: async () => false,
    hashLength: async () => undefined,
    async *all() {},
  } satisfies UserSource
  const directory = userDirectory(source, { hashes: [md5()], passwords: cheap })
  const verify = vi.mocked(nodeRsArgon2.verify)
  for (const password of ['password', 'wrong']) {
    verify.mockClear()
    expect(await directory.authenticate({ tenant: '', username: 'ann', password })).toBeNull()
    expect(verify).toHaveBeenCalledTimes(1)
  }
})

test('however many sign in, no more old hashes are checked at once than new ones', async () => {
  let running = 0
  let maxRunning = 0
  const slow: HashKind = {
    name: 'slow',
    dummy: 'slow:nothing',
    recognizes: (stored) => stored.startsWith('slow:'),
    async verify() {
      maxRunning = Math.max(maxRunning, ++running)
      await new Promise((resolve) => setImmediate(resolve))
      running--
      return false
    },
  }
  const checker = createPasswordChecker(createPasswords({ ...cheap, concurrency: 2 }), [slow], () => {})
  await Promise.all(Array.from({ length: 30 }, () => checker.check(undefined, 'wrong')))
  expect(maxRunning).toBe(2)
})
