import { createHash, randomBytes } from 'node:crypto'
import { createAuthServer } from '@sessionward/server'
import { memoryStore } from '@sessionward/server/store/memory'
import { createPool, type Pool } from 'mysql2/promise'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { chosen, freshDatabase, serviceFor } from '../../../packages/server/test/harness/services.js'
import { oldUsers } from '../src/old-users.js'

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

if (chosen('mariadb')) {
  describe('an old users table', () => {
    let pool: Pool | undefined
    let missing: string | undefined

    beforeAll(async () => {
      missing = (await serviceFor('mariadb')).missing
      if (missing !== undefined) return
      pool = createPool(await freshDatabase('mariadb'))
      await pool.query(schema)
      await pool.query(
        `INSERT INTO users (email, name, role, password_hash, password_changed_at)
         VALUES ('ann@example.com', 'Ann', 'clerk', ?, '2009-05-01')`,
        [createHash('md5').update('correct horse 42').digest('hex')],
      )
    })
    beforeEach(({ skip }) => skip(missing !== undefined, missing))
    afterAll(() => pool?.end())

    test('signs people in with MD5 hashes, and has none left afterwards', async () => {
      const directory = oldUsers(pool!)
      const auth = createAuthServer({
        issuer: 'http://localhost:4000',
        store: memoryStore(),
        directory,
        secrets: { refresh: [{ id: 1, secret: randomBytes(48), state: 'minting' }], seal: randomBytes(48) },
      })
      expect(await directory.report()).toMatchObject({ total: 1, hashes: { md5: { count: 1 } } })

      const signIn = (password: string) =>
        auth.sessions.signIn({ username: 'Ann@example.com', password, transport: 'body', address: '198.51.100.1' })
      await expect(signIn('correct horse 43')).rejects.toMatchObject({ code: 'invalid_credentials' })
      expect((await signIn('correct horse 42')).user).toEqual({ id: '1', email: 'ann@example.com', name: 'Ann' })

      expect((await directory.report()).hashes).toMatchObject({ argon2: { count: 1 } })
      expect((await signIn('correct horse 42')).user).toMatchObject({ name: 'Ann' })
    })
  })
}
