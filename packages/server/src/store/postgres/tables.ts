/**
 * Names of the tables as statements write them. Prefixed, because an application's own may lie beside them.
 *
 * @param schema undefined: the first of the connection's search path.
 */
export function tablesIn(schema: string | undefined) {
  const within = schema === undefined ? '' : `${quoted(schema)}.`
  return {
    history: `${within}sessionward_history`,
    sessions: `${within}sessionward_sessions`,
    revocations: `${within}sessionward_revocations`,
    accounts: `${within}sessionward_accounts`,
    keys: `${within}sessionward_keys`,
    counters: `${within}sessionward_counters`,
    oneTimeValues: `${within}sessionward_one_time_values`,
    events: `${within}sessionward_events`,
  }
}

export type Tables = Readonly<ReturnType<typeof tablesIn>>

export function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`
}
