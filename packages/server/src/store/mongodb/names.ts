/** Collections, whose names begin alike, because people share databases. */
export interface Names {
  readonly history: string
  readonly sessions: string
  readonly profileChanges: string
  readonly accounts: string
  readonly keys: string
  readonly counters: string
  readonly oneTimeValues: string
  readonly events: string
}

export function namesFor(prefix: string): Names {
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
