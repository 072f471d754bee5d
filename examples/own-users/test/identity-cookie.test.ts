import { createHash, randomBytes } from 'node:crypto'
import { memoryStore } from '@sessionward/server/store/memory'
import { Redis } from 'ioredis'
import { createPool, type Pool } from 'mysql2/promise'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { chosen, freshDatabase, serviceFor } from '../../../packages/server/test/harness/services.js'
import { changeRole, disable } from '../src/changes.js'
import { identityServer } from '../src/identity-cookie.js'

const schema = `
  CREATE TABLE users (
    id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
    email VARCHAR(190) NOT NULL UNIQUE,
    name VARCHAR(100) NOT NULL,
    role ENUM('customer', 'clerk') NOT NULL,
    password_hash VARCHAR(200) NOT NULL,
    password_changed_at DATETIME NULL,
    disabled_at DATETIME NULL,
    profile_version INT NOT NULL DEFAULT 0
  )`

if (chosen('mariadb') && chosen('redis')) {
  describe('an identity cookie with an old users table and a cache in front', () => {
    let pool: Pool | undefined
    let redis: Redis | undefined
    let missing: string | undefined

    beforeAll(async () => {
      const [database, cache] = [await serviceFor('mariadb'), await serviceFor('redis')]
      missing = database.missing ?? cache.missing
      if (missing !== undefined) return
      pool = createPool(await freshDatabase('mariadb'))
      redis = new Redis(cache.url!)
      await pool.query(schema)
    })
    beforeEach(({ skip }) => skip(missing !== undefined, missing))
    afterAll(async () => {
      redis?.disconnect()
      await pool?.end()
    })

    async function world() {
      const email = `ann${Math.random().toString(36).slice(2)}@example.com`
      const hash = createHash('md5').update('correct horse 42').digest('hex')
      const [{ insertId }] = await pool!.execute<import('mysql2').ResultSetHeader>(
        "INSERT INTO users (email, name, role, password_hash) VALUES (?, 'Ann', 'customer', ?)",
        [email, hash],
      )
      const options = {
        issuer: 'http://localhost:4000',
        store: memoryStore(),
        secrets: {
          refresh: [{ id: 1, secret: randomBytes(48), state: 'minting' as const }],
          seal: randomBytes(48),
        },
      }
      const auth = identityServer(options, pool!, redis!)
      onTestFinished(() => auth.close())
      const signIn = () =>
        auth.sessions.signIn({ username: email, password: 'correct horse 42', transport: 'body', address: '192.0.2.7' })
      const { refreshToken } = await signIn()
      const exchange = () => auth.sessions.refresh({ token: refreshToken!, transport: 'body' })
      return { auth, id: String(insertId), signIn, exchange }
    }

    test('a role that is changed holds with the next exchange, and the token stays the same', async () => {
      const { auth, id, exchange } = await world()
      const before = await exchange()

      await changeRole(auth, pool!, id, 'clerk')

      const { accessToken, refreshToken } = await exchange()
      expect(JSON.parse(Buffer.from(accessToken.split('.')[1]!, 'base64url').toString())).toMatchObject({
        scope: 'orders stock',
        pv: 1,
      })
      expect(refreshToken).toBe(before.refreshToken)
    })

    test('somebody who is disabled is out, and cannot sign in', async () => {
      const { auth, id, signIn, exchange } = await world()

      await disable(auth, pool!, id)

      await expect(exchange()).rejects.toMatchObject({ code: 'account_disabled' })
      await expect(signIn()).rejects.toMatchObject({ code: 'invalid_credentials' })
    })
  })
}
