export type {
  MysqlCallback,
  MysqlConnection,
  MysqlPool,
  MysqlPromisePool,
  MysqlStatement,
} from './client.js'
export type { MysqlStoreOptions } from './mysql-store.js'
export { mysqlStore } from './mysql-store.js'
