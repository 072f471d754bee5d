const chunk = 200_000

/**
 * Fills the store's tables with copies of the one session and the one account that are in them, until there are `size` sessions
 * and a quarter as many accounts: each with a name, a subject, a nonce and a time to be swept of its own, and all the rest as
 * the driver wrote it.
 *
 * @param between called as often as `turns` says, so that what it writes lies among the copies
 * @returns bytes of the database
 */
export async function fill(driver, client, { size, turns, between }) {
  const { tables, random } = driver
  const filler = await driver.openFiller(client)
  const fresh = {
    [tables.sessions]: {
      id: 'name',
      subject: 'name',
      nonce: random.bytes,
      sweep_at: `sweep_at - ${random.day}`,
    },
    [tables.accounts]: { subject: 'name', username_key: 'name' },
  }

  async function copy(table, count) {
    const columns = await filler.columns(table)
    const values = columns.map((column) => fresh[table][column] ?? `one.${column}`)
    for (let left = count; left > 0; left -= chunk) {
      await filler.copy(table, columns.join(', '), values.join(', '), Math.min(left, chunk))
    }
  }

  for (let turn = 0; turn < turns; turn++) {
    await copy(tables.sessions, Math.floor(size / turns))
    await copy(tables.accounts, Math.floor(size / turns / 4))
    await between(turn)
  }
  return filler.settle()
}
