export type { Engine } from './engine.js'
export type { SqliteStoreOptions } from './sqlite-store.js'
export { sqliteStore } from './sqlite-store.js'
