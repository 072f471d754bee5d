import { MongoClient, ObjectId } from 'mongodb'
import { afterAll, beforeAll, beforeEach, describe } from 'vitest'
import { mongodbUsers } from '../../src/users/index.js'
import { freshDatabase, serviceFor } from '../harness/services.js'
import { table, testUserDirectory } from './user-directory.js'

describe('people in a collection of MongoDB', () => {
  let client: MongoClient
  let missing: string | undefined
  beforeAll(async () => {
    missing = (await serviceFor('mongodb')).missing
    if (missing === undefined) client = await MongoClient.connect(await freshDatabase('mongodb'))
  })
  beforeEach(({ skip }) => skip(missing !== undefined, missing))
  afterAll(() => client?.close())

  testUserDirectory(() => {
    const users = client.db().collection('people')
    const byId = (id: string) => ({ _id: new ObjectId(id) })
    return {
      source: mongodbUsers(users, {
        ...table,
        columns: { ...table.columns, id: '_id' },
        toId: (text) => ObjectId.createFromHexString(text),
      }),
      async insert({ username, hash, salt, disabled = false, changedAt = 1_700_000_000 }) {
        const { insertedId } = await users.insertOne({
          login: username,
          pwd: hash,
          salt,
          locked: disabled,
          version: 3,
          changed: changedAt,
          city: '上海',
        })
        return insertedId.toHexString()
      },
      hashOf: async (id) => (await users.findOne(byId(id)))?.pwd,
      setHash: (id, hash) => users.updateOne(byId(id), { $set: { pwd: hash } }),
    }
  })
})
