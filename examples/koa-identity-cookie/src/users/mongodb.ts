import { mongodbUsers } from '@sessionward/server/users'
import { MongoClient, MongoServerError, ObjectId } from 'mongodb'
import { columns, type Users } from './users.js'

interface UserDocument {
  readonly _id: ObjectId
  readonly username: string
  readonly name: string
  readonly password_hash: string
  readonly disabled_at: Date | null
}

/** Makes the collection in an empty database of MongoDB. */
export async function openMongodbUsers(url: string, title: string): Promise<Users> {
  const client = await MongoClient.connect(url)
  const users = client.db().collection<UserDocument>('users')
  await users.createIndex({ username: 1 }, { unique: true })
  const byId = (id: string) => ({ _id: ObjectId.createFromHexString(id) })
  return {
    title,
    source: mongodbUsers(users, {
      columns: { id: '_id', ...columns },
      select: ['name'],
      toId: (text) => ObjectId.createFromHexString(text),
    }),
    async insert({ username, name, hash }) {
      try {
        await users.insertOne({ _id: new ObjectId(), username, name, password_hash: hash, disabled_at: null })
        return 'inserted'
      } catch (error) {
        if (error instanceof MongoServerError && error.code === 11_000) return 'taken'
        throw error
      }
    },
    async find(username) {
      const found = await users.findOne({ username })
      if (!found) return undefined
      const { _id, name, password_hash: hash, disabled_at } = found
      return { id: _id.toHexString(), username, name, hash, disabled: disabled_at !== null }
    },
    async setHash(id, hash) {
      await users.updateOne(byId(id), { $set: { password_hash: hash } })
    },
    async setDisabled(id, disabled) {
      await users.updateOne(byId(id), { $set: { disabled_at: disabled ? new Date() : null } })
    },
    close: () => client.close(),
  }
}
