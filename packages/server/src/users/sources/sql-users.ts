import { checkOptionNames } from '../../input/option-names.js'
import {
  checkUserTable,
  columnsOf,
  toUserRecord,
  type UserRecord,
  type UserSource,
  type UserTable,
} from '../user-source.js'

/** A table of people, for `mysqlUsers`, `postgresUsers` and `sqliteUsers`. */
export interface SqlUserTable extends UserTable {
  /** Name of the table, with a schema if it needs one: `users`, `shop.users`. Default `users`. */
  readonly table?: string
}

type Row = Readonly<Record<string, unknown>>

/** The differences between SQL databases. */
export interface SqlDialect {
  /** Quotes names. */
  readonly quote: '`' | '"'
  /** The placeholder of the parameter with this number, from 1. */
  parameter(number: number): string
  query(sql: string, values: readonly string[]): Promise<readonly Row[]>
  /** @returns how many rows were changed. */
  update(sql: string, values: readonly string[]): Promise<number>
  /** An expression that compares exactly, whatever the collation of the column. */
  isSame(column: string, parameter: string): string
  /** An expression that selects the id without losing digits. Default: the column. */
  selectId?(column: string): string
  /** Whether an error means that a string is not a value of the id's type, such as 'x' for a number. */
  isInvalidId?(error: unknown): boolean
  /** Maximum length of a column in characters. */
  length(table: string, column: string): Promise<number | undefined>
}

const optionNames: Readonly<Record<keyof SqlUserTable, true>> = { columns: true, select: true, table: true }
const batch = 1000

/** People in a table. Every value is a parameter; names of tables and columns are quoted. */
export function sqlUsers(given: SqlUserTable, dialect: SqlDialect): UserSource {
  checkOptionNames('users', given, optionNames)
  checkUserTable(given)
  const { columns, table = 'users' } = given
  const name = (text: string) => dialect.quote + text.replaceAll(dialect.quote, dialect.quote.repeat(2)) + dialect.quote
  const quoted = table.split('.').map(name).join('.')
  const [id, username, hash] = [columns.id, columns.username, columns.hash].map((one) => `${quoted}.${name(one)}`) as [
    string,
    string,
    string,
  ]
  const read = columnsOf(given).map((one) =>
    one === columns.id && dialect.selectId ? `${dialect.selectId(id)} AS ${name(one)}` : name(one),
  )
  const select = `SELECT ${read.join(', ')} FROM ${quoted}`
  const toRecord = (row: Row): UserRecord => toUserRecord(row, given)

  return {
    async findByUsername(variants) {
      const parameters = variants.map((_, index) => dialect.parameter(index + 1)).join(', ')
      return (await dialect.query(`${select} WHERE ${username} IN (${parameters})`, variants)).map(toRecord)
    },

    async findById(wanted) {
      try {
        const rows = await dialect.query(`${select} WHERE ${id} = ${dialect.parameter(1)}`, [wanted])
        // Some databases read '7x' as the number 7.
        return rows.map(toRecord).find((user) => user.id === wanted)
      } catch (error) {
        if (dialect.isInvalidId?.(error)) return undefined
        throw error
      }
    },

    async replaceHash(wanted, old, next) {
      const condition = `${id} = ${dialect.parameter(2)} AND ${dialect.isSame(hash, dialect.parameter(3))}`
      const sql = `UPDATE ${quoted} SET ${name(columns.hash)} = ${dialect.parameter(1)} WHERE ${condition}`
      return (await dialect.update(sql, [next, wanted, old])) === 1
    },

    hashLength: () => dialect.length(table, columns.hash),

    async *all() {
      let last: string | undefined
      do {
        const after = last === undefined ? '' : `WHERE ${id} > ${dialect.parameter(1)}`
        const sql = `${select} ${after} ORDER BY ${id} LIMIT ${batch}`
        const users = (await dialect.query(sql, last === undefined ? [] : [last])).map(toRecord)
        yield* users
        last = users.length === batch ? users.at(-1)?.id : undefined
      } while (last !== undefined)
    },
  }
}
