/** Collections, whose names begin alike, because people share databases. */
export function namesFor(prefix: string) {
  return {
    history: `${prefix}history`,
    sessions: `${prefix}sessions`,
    profileChanges: `${prefix}profile_changes`,
    accounts: `${prefix}accounts`,
    keys: `${prefix}keys`,
    counters: `${prefix}counters`,
    oneTimeValues: `${prefix}one_time_values`,
    events: `${prefix}events`,
  }
}

export type Names = Readonly<ReturnType<typeof namesFor>>
