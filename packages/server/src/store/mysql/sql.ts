/**
 * Milliseconds since the epoch on the database's clock, at the beginning of the statement. In UTC, so that the time zone of
 * the session does not matter and no hour occurs twice when summer time ends.
 */
export const clock = "(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6)) DIV 1000)"

/**
 * The clock in a statement that reads: null on a read-only server, a replica or a former primary, whose answers may be old.
 * `super_read_only` sets `read_only` too, and readers of Aurora have `innodb_read_only`. As strings the two are 0 on MySQL and
 * OFF on MariaDB, which has several words for the opposite.
 */
export const readingClock = `
  IF(CONCAT(@@global.read_only, @@global.innodb_read_only) IN ('00', 'OFFOFF', 'OFF0', '0OFF'), ${clock}, NULL)`

/**
 * A table of exactly one row, for statements that return the clock even if they find nothing.
 *
 * No SELECT of this driver may need an internal temporary table, which a derived table (`FROM (SELECT ...) AS clock`) and an
 * ORDER BY after this join do: with several connections MariaDB 10.11 crashes now and then when it closes one (a null pointer in
 * `ha_maria::extra`, seen on 10.11.19). What they find is sorted by the caller.
 */
export const oneRow = 'sessionward_history AS history'

/** An integer parameter: mysql2 sends numbers as floating point. */
export const integer = 'CAST(? AS SIGNED)'

/**
 * The table `given` of a list that is passed as JSON in one parameter: one prepared statement for lists of any length. To read
 * 32 rows takes Node 3 us for each, where a statement for each takes 34; to update them 6, where it takes 55.
 */
export function tableOf(columns: string): string {
  return `JSON_TABLE(CONVERT(? USING utf8mb4), '$[*]' COLUMNS (${columns})) AS given`
}

/** A column of such a table that holds a key. */
export function keyColumn(path: string): string {
  return `id VARCHAR(255) CHARACTER SET utf8mb4 PATH '${path}'`
}

/** That key as the tables hold it. */
export const givenKey = 'CAST(given.id AS BINARY)'
