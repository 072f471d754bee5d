import { randomBytes } from 'node:crypto'
import { hash } from '@node-rs/argon2'
import { createAuthServer } from '@sessionward/server'
import { memoryStore } from '@sessionward/server/store/memory'
import { type Collection, MongoClient, ObjectId } from 'mongodb'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { chosen, freshDatabase, serviceFor } from '../../../packages/server/test/harness/services.js'
import { shopMembers } from '../src/mongodb-users.js'

type Users = Parameters<typeof shopMembers>[0]

if (chosen('mongodb')) {
  describe('people in a users collection of MongoDB', () => {
    let client: MongoClient | undefined
    let users: Users
    let missing: string | undefined

    beforeAll(async () => {
      missing = (await serviceFor('mongodb')).missing
      if (missing !== undefined) return
      client = await MongoClient.connect(await freshDatabase('mongodb'))
      users = client.db().collection('users') as Collection<never> as unknown as Users
      await users.createIndex({ email: 1 }, { unique: true })
    })
    beforeEach(({ skip }) => skip(missing !== undefined, missing))
    afterAll(() => client?.close())

    async function world() {
      const password = 'correct horse 42'
      const email = `${Math.random().toString(36).slice(2)}@example.com`
      const _id = new ObjectId()
      await users.insertOne({ _id, email, name: 'Ann', roles: ['orders'], passwordHash: await hash(password) })
      const auth = createAuthServer({
        issuer: 'http://localhost:4000',
        store: memoryStore(),
        directory: shopMembers(users),
        secrets: { refresh: [{ id: 1, secret: randomBytes(48), state: 'minting' }], seal: randomBytes(48) },
      })
      const signIn = (given = password) => auth.sessions.signIn({ username: email, password: given, transport: 'body' })
      return { auth, signIn, _id, subject: _id.toHexString(), email }
    }

    test('sign in with the password that they have, and with no other', async () => {
      const { signIn, subject, email } = await world()

      expect((await signIn()).user).toEqual({ id: subject, email, name: 'Ann' })
      await expect(signIn('correct horse 43')).rejects.toMatchObject({ code: 'invalid_credentials' })
    })

    test('who is given a role has it with the next refresh, and who is disabled is out', async () => {
      const { auth, signIn, _id, subject } = await world()
      const first = await signIn()

      await users.updateOne({ _id }, { $set: { roles: ['orders', 'stock'], profileVersion: 1 } })
      await auth.profiles.changed({ subject }, 1)
      const second = await auth.sessions.refresh({ token: first.refreshToken!, transport: 'body' })
      expect(second.accessToken).not.toBe(first.accessToken)

      await users.updateOne({ _id }, { $set: { disabled: true } })
      await auth.sessions.endAll({ subject }, 'account_disabled')
      const refresh = auth.sessions.refresh({ token: second.refreshToken!, transport: 'body' })
      await expect(refresh).rejects.toMatchObject({ code: 'account_disabled' })
      await expect(signIn()).rejects.toMatchObject({ code: 'invalid_credentials' })
    })

    test('a user name that is an operator is nobody', async () => {
      const authenticate = shopMembers(users).authenticate({ tenant: '', username: '{"$ne":null}', password: 'x' })

      expect(await authenticate).toBeNull()
      expect(await shopMembers(users).profile({ tenant: '', subject: 'x'.repeat(24) })).toBeNull()
    })
  })
}
