import { randomBytes } from 'node:crypto'
import { hash } from '@node-rs/argon2'
import { type AuthServerOptions, createAuthServer } from '@sessionward/server'
import { memoryStore } from '@sessionward/server/store/memory'
import { createPool, type Pool } from 'mysql2/promise'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { chosen, freshDatabase, serviceFor } from '../../../packages/server/test/harness/services.js'
import { shopUsers } from '../src/mysql-users.js'

const schema = `
  CREATE TABLE users (
    id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
    email VARCHAR(190) NOT NULL UNIQUE,
    name VARCHAR(100) NOT NULL,
    role ENUM('customer', 'clerk') NOT NULL,
    password_hash VARCHAR(200) NOT NULL,
    disabled_at DATETIME NULL,
    profile_version INT NOT NULL DEFAULT 0
  )`

let addresses = 0
/** Each attempt comes from elsewhere, as from a botnet. */
const nextAddress = () => `198.51.100.${++addresses}`

for (const name of ['mariadb', 'mysql'] as const) {
  if (chosen(name)) describe(`people in a users table of ${name}`, () => people(name))
}

function people(name: 'mariadb' | 'mysql'): void {
  let pool: Pool | undefined
  let missing: string | undefined

  beforeAll(async () => {
    missing = (await serviceFor(name)).missing
    if (missing !== undefined) return
    pool = createPool(await freshDatabase(name))
    await pool.query(schema)
  })
  beforeEach(({ skip }) => skip(missing !== undefined, missing))
  afterAll(() => pool?.end())

  async function world({ throttle }: Pick<AuthServerOptions, 'throttle'> = {}) {
    const password = 'correct horse 42'
    const email = `ann${Math.random().toString(36).slice(2)}@example.com`
    const insert = 'INSERT INTO users (email, name, role, password_hash) VALUES (?, ?, ?, ?)'
    const [{ insertId }] = await pool!.execute<import('mysql2').ResultSetHeader>(insert, [
      email,
      'Ann',
      'customer',
      await hash(password),
    ])
    const auth = createAuthServer({
      issuer: 'http://localhost:4000',
      store: memoryStore(),
      directory: shopUsers(pool!),
      ...(throttle && { throttle }),
      secrets: { refresh: [{ id: 1, secret: randomBytes(48), state: 'minting' }], seal: randomBytes(48) },
    })
    const signIn = (given = password, username = ` ${email.toUpperCase()}`) =>
      auth.sessions.signIn({ username, password: given, transport: 'body', address: nextAddress() })
    return { auth, signIn, subject: String(insertId), email, password }
  }

  test('sign in with the password that they have, and with no other', async () => {
    const { signIn, subject, email } = await world()

    expect((await signIn()).user).toEqual({ id: subject, email, name: 'Ann' })
    await expect(signIn('correct horse 43')).rejects.toMatchObject({ code: 'invalid_credentials' })
  })

  test('have one limit for guesses at their password, however an attacker spells their address', async () => {
    const { signIn, email, password } = await world({ throttle: { account: { failures: 5, window: 3600 } } })
    const spellings = [email, ...['ánn', 'ÀNN', 'änn', 'ａｎｎ', 'ann\u0301'].map((name) => email.replace('ann', name))]
    const [[{ found }]] = (await pool!.execute('SELECT COUNT(*) AS found FROM users WHERE email = ?', [
      email.replace('ann', 'ánn'),
    ])) as unknown as [[{ found: number }]]
    expect(found, 'the collation ignores accents').toBe(1)

    const guesses = ['one wrong', 'two wrong', 'three wrong', 'four wrong', 'five wrong', password]
    const outcomes: string[] = []
    for (const spelling of spellings) {
      for (const guess of guesses.slice(spelling === email ? 0 : 3)) {
        outcomes.push(
          await signIn(guess, spelling).then(
            () => 'signed in',
            (error) => error.code,
          ),
        )
      }
    }

    expect(outcomes).not.toContain('signed in')
    expect(outcomes[5]).toBe('too_many_attempts')
  })

  test('have the scope of a new role with the next refresh, and are not signed out', async () => {
    const { auth, signIn, subject } = await world()
    const { refreshToken } = await signIn()

    await pool!.execute(`UPDATE users SET role = 'clerk', profile_version = profile_version + 1 WHERE id = ?`, [
      subject,
    ])
    await auth.profiles.changed({ subject }, 1)

    const { accessToken } = await auth.sessions.refresh({ token: refreshToken!, transport: 'body' })
    expect(claimsOf(accessToken)).toMatchObject({ sub: subject, scope: 'orders stock', role: 'clerk', pv: 1 })
  })

  test('are signed out when disabled, and cannot sign in again', async () => {
    const { auth, signIn, subject } = await world()
    const { refreshToken } = await signIn()

    await pool!.execute('UPDATE users SET disabled_at = NOW() WHERE id = ?', [subject])
    await auth.sessions.endAll({ subject }, 'account_disabled')

    const refresh = auth.sessions.refresh({ token: refreshToken!, transport: 'body' })
    await expect(refresh).rejects.toMatchObject({ code: 'account_disabled' })
    await expect(signIn()).rejects.toMatchObject({ code: 'invalid_credentials' })
  })

  test('are not found by a subject that only begins like an id', async () => {
    const { subject } = await world()

    expect(await shopUsers(pool!).profile({ tenant: '', subject: `${subject}x` })).toBeNull()
    expect(await shopUsers(pool!).profile({ tenant: '', subject: '0 OR 1=1' })).toBeNull()
  })
}

function claimsOf(token: string): unknown {
  return JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString())
}
