export const tables = { sessions: 'sessionward_sessions', accounts: 'sessionward_accounts' }

export const random = {
  name: "left(replace(gen_random_uuid()::text, '-', ''), 22)",
  bytes: 'uuid_send(gen_random_uuid())',
  day: 'floor(random() * 86400000)::bigint',
}

/** A connection of its own, which does not wait for the disk. The first row of a table is the model of its copies. */
export async function openFiller(pool) {
  const client = await pool.connect()
  await client.query('SET synchronous_commit = off')
  const models = new Set()

  /** A heap has no first row: it is kept apart before there are others. */
  async function modelOf(table) {
    if (!models.has(table)) await client.query(`CREATE TEMPORARY TABLE model_${table} AS TABLE ${table} LIMIT 1`)
    models.add(table)
    return `model_${table}`
  }

  return {
    async columns(table) {
      const { fields } = await client.query(`SELECT * FROM ${table} LIMIT 0`)
      return fields.map(({ name }) => name)
    },

    async copy(table, columns, values, count) {
      await client.query(`
        INSERT INTO ${table} (${columns})
        SELECT ${values} FROM (SELECT ${random.name} AS name FROM generate_series(1, ${count}) ORDER BY 1) AS fresh,
          ${await modelOf(table)} AS one`)
    },

    async settle() {
      for (const table of Object.values(tables)) await client.query(`VACUUM ANALYZE ${table}`)
      await client.query('CHECKPOINT')
      const { rows } = await client.query('SELECT pg_database_size(current_database()) AS size')
      client.release()
      return Number(rows[0].size)
    },
  }
}
