export type {
  PostgresConnection,
  PostgresNotification,
  PostgresPool,
  PostgresQuery,
  PostgresResult,
} from './client.js'
export type { PostgresStoreOptions } from './postgres-store.js'
export { postgresStore } from './postgres-store.js'
