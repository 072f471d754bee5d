export type { MongodbDatabase } from './client.js'
export type { MongodbStoreOptions } from './mongodb-store.js'
export { mongodbStore } from './mongodb-store.js'
