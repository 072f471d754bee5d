export type { MongodbDatabase } from './database.js'
export type { MongodbStoreOptions } from './mongodb-store.js'
export { mongodbStore } from './mongodb-store.js'
