/** One person of a table or collection. */
export interface UserRecord {
  /** The column `id` as a string: `sub` of tokens. */
  readonly id: string
  /** The name that the person signs in with. */
  readonly username: string
  /** Null if the person has no password. */
  readonly hash: string | null
  /** The column `salt`; empty if there is none. */
  readonly salt: string
  /** Whether the person may not sign in. */
  readonly disabled: boolean
  /** The column `version`; undefined if there is none. */
  readonly version: number | undefined
  /** The column `changedAt`: when the password was changed, or the person was last seen. */
  readonly changedAt: Date | undefined
  /** The columns of `select`, and those that are named in `columns`, except hash and salt. */
  readonly row: Readonly<Record<string, unknown>>
}

/** Access to people in a database: `mysqlUsers(pool, {...})`, `postgresUsers`, `sqliteUsers`, `mongodbUsers`, or your own object. */
export interface UserSource {
  /** People whose name equals one of the spellings in the database's collation. The directory compares exactly afterwards. */
  findByUsername(variants: readonly string[]): Promise<readonly UserRecord[]>
  /** The person with that id, or undefined. */
  findById(id: string): Promise<UserRecord | undefined>
  /** Replaces the hash if it still equals `from`. @returns whether it was replaced. */
  replaceHash(id: string, from: string, to: string): Promise<boolean>
  /** Maximum length of the hash column in characters; undefined if unlimited. */
  hashLength(): Promise<number | undefined>
  /** All people, for the report. */
  all(): AsyncIterable<UserRecord>
}

/** Names of columns, or of fields in MongoDB. */
export interface UserColumns {
  /** The primary key. It must never change, nor be reused for another person. */
  readonly id: string
  /** The name that people sign in with. */
  readonly username: string
  /** The hash of the password. The only column that is ever written. */
  readonly hash: string
  /** A salt in its own column. Default: none. */
  readonly salt?: string
  /**
   * A value other than null, 0, false, an empty string or a date of zeros means that the person may not sign in. For other values,
   * such as a status, use the option `disabled` of `userDirectory`. Default: everybody may.
   */
  readonly disabled?: string
  /** A number that increases with every change of the profile. Default: none. */
  readonly version?: string
  /** A time, for the report: when the password was changed, or the person last signed in. Default: none. */
  readonly changedAt?: string
}

/** The columns of a table, or the fields of a collection. */
export interface UserTable {
  /** Names of the columns or fields. */
  readonly columns: UserColumns
  /** Further columns, for `scope`, `claims` and `user`. Default: none. */
  readonly select?: readonly string[]
}

const isRequired: Readonly<Record<keyof UserColumns, boolean>> = {
  id: true,
  username: true,
  hash: true,
  salt: false,
  disabled: false,
  version: false,
  changedAt: false,
}

/** @throws TypeError that names the option and what was expected */
export function checkUserTable({ columns, select = [] }: UserTable): void {
  if (typeof columns !== 'object' || columns === null) {
    throw new TypeError('users.columns must be an object such as { id, username, hash }')
  }
  for (const name of Object.keys(columns)) {
    if (!(name in isRequired)) {
      throw new TypeError(`unknown option users.columns.${name}; expected one of ${Object.keys(isRequired).join(', ')}`)
    }
  }
  for (const [name, required] of Object.entries(isRequired)) {
    const column = columns[name as keyof UserColumns]
    if (required ? !isName(column) : column !== undefined && !isName(column)) {
      throw new TypeError(`users.columns.${name} must be the name of a column`)
    }
  }
  if (!Array.isArray(select) || !select.every(isName))
    throw new TypeError('users.select must be a list of column names')
}

function isName(name: unknown): name is string {
  return typeof name === 'string' && name !== '' && !name.includes('\0')
}

/** All columns to read, without duplicates. */
export function columnsOf({ columns, select = [] }: UserTable): readonly string[] {
  return [...new Set([...Object.values(columns).filter((name) => name !== undefined), ...select])]
}

/** Converts a row of any driver: values may be numbers, strings, bigints, buffers and dates. */
export function toUserRecord(found: Readonly<Record<string, unknown>>, table: UserTable): UserRecord {
  const { id, username, hash, salt, version, disabled, changedAt } = table.columns
  const visible = columnsOf(table).filter((name) => name !== hash && name !== salt)
  return {
    id: String(found[id]),
    username: toText(found[username]) ?? '',
    hash: toText(found[hash]) || null,
    salt: (salt !== undefined && toText(found[salt])) || '',
    disabled: disabled !== undefined && isSet(found[disabled]),
    version: version === undefined ? undefined : Number(found[version] ?? 0),
    changedAt: changedAt === undefined ? undefined : toDate(found[changedAt]),
    row: { ...Object.fromEntries(visible.map((name) => [name, found[name]])), [id]: String(found[id]) },
  }
}

/** Trims the end, because some databases pad CHAR columns with spaces. */
function toText(value: unknown): string | undefined {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8').trimEnd()
  return value === null || value === undefined ? undefined : String(value).trimEnd()
}

function isSet(value: unknown): boolean {
  // MySQL's date of zeros, which old tables have where others have null.
  if (value instanceof Date && Number.isNaN(value.getTime())) return false
  const plain = value instanceof Uint8Array ? value.some((byte) => byte !== 0) : value
  return !(plain === null || plain === undefined || plain === false || plain === '' || Number(plain) === 0)
}

function toDate(value: unknown): Date | undefined {
  if (value === null || value === undefined) return undefined
  // Seconds since the epoch are common in old tables.
  const date =
    value instanceof Date
      ? value
      : new Date(typeof value === 'number' && value < 1e11 ? value * 1000 : (value as string))
  return Number.isNaN(date.getTime()) ? undefined : date
}
