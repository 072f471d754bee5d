import { mysqlUsers } from '@sessionward/server/users'
import { createPool, type RowDataPacket } from 'mysql2/promise'
import { createTable, sqlUsers } from './sql-statements.js'
import { columns, type Users } from './users.js'

/** Makes the table in an empty database of MySQL or MariaDB. */
export async function openMysqlUsers(url: string, title: string): Promise<Users> {
  const pool = createPool(url)
  await pool.query(createTable('id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY', 'CHARACTER SET utf8mb4'))
  return sqlUsers({
    title,
    source: mysqlUsers(pool, { table: 'users', columns: { id: 'id', ...columns }, select: ['name'] }),
    query: async (sql, values) => (await pool.execute<RowDataPacket[]>(sql, [...values]))[0],
    run: (sql, values) => pool.execute(sql, [...values]),
    isDuplicate: (error) => (error as { code?: unknown }).code === 'ER_DUP_ENTRY',
    close: () => pool.end(),
  })
}
