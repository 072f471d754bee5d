import { hash } from '@node-rs/bcrypt'
import { openOrigin } from '@sessionward/example-harness'
import { createPool } from 'mysql2/promise'
import { expect, onTestFinished, test } from 'vitest'
import { runExample } from '../../../e2e/harness/documented-example.js'
import { chosen, freshDatabase, serviceFor } from '../../../packages/server/test/harness/services.js'

// The program of docs/own-users.md, run as it is but for its ports.

const password = 'correct horse 42'

test.skipIf(!chosen('mariadb'))(
  'an Express application signs its own users in, and an administrator takes one off line',
  async ({ skip }) => {
    const { missing } = await serviceFor('mariadb')
    skip(missing !== undefined, missing)
    const url = await startWithUsers()
    const [ann, boss] = [await signIn(url, 'ann'), await signIn(url, 'boss')]
    expect(ann.user).toEqual({ id: '1', username: 'ann', nickname: '小安' })
    expect(await orders(url, ann)).toMatchObject({ status: 200 })
    expect(await (await orders(url, ann)).json()).toEqual({ orders: [], of: '1' })

    const disable = (by: Tokens) => fetch(`${url}/users/1/disable`, { method: 'POST', headers: bearer(by) })
    expect((await disable(ann)).status).toBe(403)
    expect((await disable(boss)).status).toBe(204)

    await expect.poll(() => orders(url, ann).then(({ status }) => status)).toBe(401)
    expect(await (await orders(url, ann)).json()).toMatchObject({ code: 'account_disabled' })
    expect(await signIn(url, 'ann')).toMatchObject({ code: 'invalid_credentials' })
    expect(await signIn(url, 'left')).toMatchObject({ code: 'invalid_credentials' })
  },
)

interface Tokens {
  readonly access_token: string
  readonly user?: unknown
}

/** A table as a shop has it: bcrypt in 60 characters, a status, and a person who has left. */
async function startWithUsers(): Promise<string> {
  const database = await freshDatabase('mariadb')
  const pool = createPool(database)
  onTestFinished(() => pool.end())
  await pool.query(
    `CREATE TABLE users (id INT AUTO_INCREMENT PRIMARY KEY, username VARCHAR(64) UNIQUE, password CHAR(60),
     nickname VARCHAR(50), role VARCHAR(20), status TINYINT) CHARACTER SET utf8mb4`,
  )
  const stored = await hash(password, { cost: 4 })
  await pool.query('INSERT INTO users (username, password, nickname, role, status) VALUES ?', [
    [
      ['ann', stored, '小安', 'user', 1],
      ['boss', stored, '老板', 'admin', 1],
      ['left', stored, '', 'user', 0],
    ],
  ])
  const url = await freeUrl()
  const replacements = { 'http://localhost:3000': url, 'listen(3000)': `listen(${new URL(url).port})` }
  await runExample('first-route/own-users.js', replacements, { DATABASE_URL: database })
  await expect.poll(() => fetch(`${url}/orders`).then(({ status }) => status, String), { timeout: 20_000 }).toBe(401)
  return url
}

async function signIn(url: string, username: string): Promise<Tokens> {
  const answer = await fetch(`${url}/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username, password, transport: 'body' }),
  })
  return (await answer.json()) as Tokens
}

const bearer = ({ access_token: token }: Tokens) => ({ Authorization: `Bearer ${token}` })
const orders = (url: string, by: Tokens) => fetch(`${url}/orders`, { headers: bearer(by) })

/** An address that was free a moment ago, for a program that opens it itself. */
async function freeUrl(): Promise<string> {
  const origin = await openOrigin()
  await origin.close()
  return origin.url
}
