import { createHash } from 'node:crypto'
import * as library from '@node-rs/bcrypt'
import { describe, expect, test } from 'vitest'
import { createPasswords } from '../../src/accounts/passwords.js'
import { bcrypt, md5, type UserSource, userDirectory } from '../../src/users/index.js'

/** A person as the old application wrote it. */
export interface OldUser {
  readonly username: string
  readonly hash: string | null
  readonly salt?: string
  readonly disabled?: boolean
  /** Seconds since the epoch. */
  readonly changedAt?: number
}

/** The table under test: columns id, login, pwd, salt, locked, version, changed, city. */
export interface OldTable {
  /** `source` reads the columns above, `city` among `select`. */
  readonly source: UserSource
  /** @returns the id. */
  insert(user: OldUser): Promise<string>
  hashOf(id: string): Promise<string | null>
  setHash(id: string, hash: string): Promise<unknown>
}

export const table = {
  columns: {
    id: 'id',
    username: 'login',
    hash: 'pwd',
    salt: 'salt',
    disabled: 'locked',
    version: 'version',
    changedAt: 'changed',
  },
  select: ['city'],
} as const

const cheap = { memory: 64, passes: 1 }
const hex = (text: string | Buffer) => createHash('md5').update(text).digest('hex')
let people = 0
const aName = () => `person${++people}`

/** The cases that people pass wherever they are. `open` is called once for each. */
export function testUserDirectory(open: () => OldTable): void {
  const kinds = [
    md5({ encodings: ['utf-8', 'gbk'], hashedInBrowser: true }),
    bcrypt({ compare: library.verify, cost: 4 }),
  ]
  const world = (source = open().source) => {
    const warnings: string[] = []
    const logger = { warn: (message: unknown) => warnings.push(String(message)) }
    const directory = userDirectory(source, { hashes: kinds, passwords: cheap, logger })
    const signIn = (username: string, password: string) => directory.authenticate({ tenant: '', username, password })
    return { directory, signIn, warnings, ...open() }
  }

  describe('a sign-in with an old hash', () => {
    test('succeeds, and replaces it by argon2id once', async () => {
      const { signIn, insert, hashOf } = world()
      const username = aName()
      const id = await insert({ username, hash: hex('密码 1') })
      expect(await signIn(username, '密码 2')).toBeNull()
      expect(await hashOf(id)).toBe(hex('密码 1'))
      expect(await signIn(username, '密码 1')).toMatchObject({ subject: id })
      const upgraded = await hashOf(id)
      expect(upgraded).toMatch(/^\$argon2id\$v=19\$m=64,t=1,p=1\$/)
      expect(await signIn(username, '密码 1')).toMatchObject({ subject: id })
      expect(await hashOf(id)).toBe(upgraded)
    })

    test('from a page in GBK becomes one in UTF-8', async () => {
      const { signIn, insert, hashOf } = world()
      const username = aName()
      const id = await insert({ username, hash: hex(Buffer.from('c3dcc2eb31', 'hex')) })
      expect(await signIn(username, '密码1')).toMatchObject({ subject: id })
      expect(await createPasswords(cheap).verify(await hashOf(id), '密码1')).toBe(true)
    })

    test('of bcrypt looks at 72 bytes, and at all of them afterwards', async () => {
      const { signIn, insert } = world()
      const [username, password] = [aName(), 'p'.repeat(79)]
      await insert({ username, hash: (await library.hash(`${password}1`, { cost: 4 })).replace('$2b$', '$2y$') })
      expect(await signIn(username, `${password}1`)).not.toBeNull()
      expect(await signIn(username, `${password}2`)).toBeNull()
    })

    test('sent as a digest by an old page succeeds until the first with the password itself', async () => {
      const { signIn, insert, hashOf } = world()
      const [username, hash] = [aName(), hex('password')]
      const id = await insert({ username, hash })
      expect(await signIn(username, hash)).toMatchObject({ subject: id })
      expect(await hashOf(id)).toBe(hash)
      expect(await signIn(username, 'password')).toMatchObject({ subject: id })
      expect(await signIn(username, hash)).toBeNull()
    })

    test('twice at the same time signs in both', async () => {
      const { signIn, insert } = world()
      const username = aName()
      await insert({ username, hash: hex('password') })
      const both = await Promise.all([signIn(username, 'password'), signIn(username, 'password')])
      for (const one of both) expect(await one?.unchanged?.()).toBe(true)
    })

    test('that ends with white space in the table succeeds', async () => {
      const { signIn, insert } = world()
      const username = aName()
      const id = await insert({ username, hash: `${hex('password')}\n` })
      const person = await signIn(username, 'password')
      expect(person).toMatchObject({ subject: id })
      expect(await person?.unchanged?.()).toBe(true)
      expect(await signIn(username, 'another password')).toBeNull()
    })

    test('loses to a change of the password that happens meanwhile', async () => {
      const opened = open()
      const changed = await createPasswords(cheap).hash('changed')
      let id = ''
      const source: UserSource = {
        ...opened.source,
        async replaceHash(...given) {
          await opened.setHash(id, changed)
          return opened.source.replaceHash(...given)
        },
      }
      const { signIn } = world(source)
      const username = aName()
      id = await opened.insert({ username, hash: hex('password') })
      expect(await signIn(username, 'password')).toBeNull()
      expect(await opened.hashOf(id)).toBe(changed)
    })

    test('that no kind recognizes is refused, with a warning that holds no hash', async () => {
      const { signIn, insert, warnings } = world()
      const [username, hash] = [aName(), '{CRYPT}rosebud']
      await insert({ username, hash })
      expect(await signIn(username, 'rosebud')).toBeNull()
      expect(warnings.join()).toContain('cannot be read')
      expect(warnings.join()).not.toContain('rosebud')
    })
  })

  test('a stronger hash than today is no reason to write', async () => {
    const { signIn, insert, hashOf } = world()
    const username = aName()
    const hash = await createPasswords({ memory: 256, passes: 2 }).hash('password')
    const id = await insert({ username, hash })
    expect(await signIn(username, 'password')).not.toBeNull()
    expect(await hashOf(id)).toBe(hash)
  })

  test('a person without a password, one who is disabled and one who is unknown are refused', async () => {
    const { signIn, insert, directory } = world()
    const [without, locked] = [aName(), aName()]
    await insert({ username: without, hash: null })
    const id = await insert({ username: locked, hash: hex('password'), disabled: true })
    expect(await signIn(without, '')).toBeNull()
    expect(await signIn(locked, 'password')).toBeNull()
    expect(await signIn(aName(), 'password')).toBeNull()
    expect(await directory.profile({ tenant: '', subject: id })).toBeNull()
    expect(await directory.profile({ tenant: '', subject: `${id}x` })).toBeNull()
  })

  test('the profile holds what was selected, and neither hash nor salt', async () => {
    const { directory, insert } = world()
    const username = aName()
    const id = await insert({ username, hash: hex('password'), salt: 'pepper' })
    const profile = await directory.profile({ tenant: '', subject: id })
    expect(profile).toMatchObject({ version: 3, user: { login: username, city: '上海' } })
    expect(Object.values(profile!.user)).toContain(id)
    expect(JSON.stringify(profile)).not.toMatch(new RegExp(`${hex('password')}|pepper`))
  })

  test('names that are one to people and two to the table never open the other account', async () => {
    const { signIn, insert, directory } = world()
    const username = aName()
    const first = await insert({ username, hash: hex('first') })
    const second = await insert({ username: username.toUpperCase(), hash: hex('second') })
    expect(await signIn(username, 'first')).toMatchObject({ subject: first })
    expect(await signIn(username.toUpperCase(), 'first')).toBeNull()
    expect(await signIn(username.toUpperCase(), 'second')).toMatchObject({ subject: second })
    const { collisions } = await directory.report()
    expect(collisions.map((ids) => [...ids].sort())).toContainEqual([first, second].sort())
  })

  test('names that differ in an accent are different, whatever the collation of the database', async () => {
    const { signIn, insert } = world()
    const username = `${aName()}anna`
    await insert({ username, hash: hex('password') })
    expect(await signIn(username.replace('anna', 'ännä'), 'password')).toBeNull()
    expect(await signIn(` ${username} `, 'password')).not.toBeNull()
  })

  test('a name that is too long for its column is unknown, without a database error', async () => {
    const { signIn } = world()
    expect(await Promise.all(['\0', 'ann\0', '\ud800', '😀'].map((name) => signIn(name, 'password')))).toEqual([
      null,
      null,
      null,
      null,
    ])
  })

  test('a name in Chinese is found in each of its Unicode forms', async () => {
    const { signIn, insert } = world()
    const username = `${aName()}ü张三`
    await insert({ username, hash: hex('password') })
    expect(await signIn(username.normalize('NFD'), 'password')).not.toBeNull()
  })

  test('the report counts the hashes of each kind and says how old they are', async () => {
    const { directory, insert } = world()
    const before = await directory.report()
    await insert({ username: aName(), hash: hex('password'), changedAt: 1_100_000_000 })
    const id = await insert({ username: aName(), hash: 'unreadable' })
    const after = await directory.report()
    expect(after.total).toBe(before.total + 2)
    expect(after.hashes.md5?.count).toBe((before.hashes.md5?.count ?? 0) + 1)
    expect(after.hashes.md5?.oldest).toEqual(new Date(1_100_000_000_000))
    expect(after.unreadable).toContain(id)
  })
}
