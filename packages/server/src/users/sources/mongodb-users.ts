import { checkOptionNames } from '../../input/option-names.js'
import { checkUserTable, columnsOf, toUserRecord, type UserSource, type UserTable } from '../user-source.js'
import { checkClient } from './check-client.js'

type Found = Readonly<Record<string, unknown>>

/**
 * The part of a collection of `mongodb` that is used.
 *
 * @external mongodb
 */
export interface MongodbCollection {
  // biome-ignore-start lint/suspicious/noExplicitAny: filters of mongodb depend on the type of the application's documents
  find(filter: any, options?: any): { toArray(): Promise<any[]> } & AsyncIterable<any>
  findOne(filter: any, options?: any): Promise<any>
  updateOne(filter: any, update: any): Promise<{ modifiedCount: number }>
  // biome-ignore-end lint/suspicious/noExplicitAny: see above
}

/** A collection of people, for `mongodbUsers`. */
export interface UserCollection extends UserTable {
  /** Converts a string to an id of the collection, such as `(text) => new ObjectId(text)`. Default: the string itself. */
  readonly toId?: (text: string) => unknown
}

const optionNames: Readonly<Record<keyof UserCollection, true>> = { columns: true, select: true, toId: true }

/**
 * People in a collection of MongoDB. `columns` names fields; an id that is an ObjectId becomes its 24 hexadecimal digits.
 *
 * @throws TypeError that names the option and what was expected
 */
export function mongodbUsers(users: MongodbCollection, given: UserCollection): UserSource {
  checkClient('mongodbUsers', users, ['find', 'updateOne'], "a collection of mongodb, such as db.collection('users')")
  checkOptionNames('users', given, optionNames)
  checkUserTable(given)
  const { columns, toId = (text: string) => text } = given
  const options = { projection: { _id: 0, ...Object.fromEntries(columnsOf(given).map((name) => [name, 1])) } }
  const toRecord = (found: Found) => toUserRecord(found, given)

  /** Undefined if the string is not an id, such as one that ObjectId refuses. */
  function idOf(text: string): unknown {
    try {
      return toId(text)
    } catch {
      return undefined
    }
  }

  return {
    findByUsername: async (variants) =>
      (await users.find({ [columns.username]: { $in: [...variants] } }, options).toArray()).map(toRecord),

    async findById(text) {
      const id = idOf(text)
      const found = id === undefined ? null : await users.findOne({ [columns.id]: id }, options)
      return found ? toRecord(found) : undefined
    },

    async replaceHash(text, from, to) {
      const filter = { [columns.id]: idOf(text), [columns.hash]: from }
      return (await users.updateOne(filter, { $set: { [columns.hash]: to } })).modifiedCount === 1
    },

    hashLength: async () => undefined,

    async *all() {
      for await (const found of users.find({}, options)) yield toRecord(found)
    },
  }
}
