/** Values that may be used once: the `jti` of a proof, the solution of a captcha, the turn of the sweeper. */
export interface OneTimeValueStore {
  /** Claims a value for `retention` seconds. Of all calls within that time exactly one answers `claimed`. */
  claim(value: string, retention: number): Promise<'claimed' | 'taken'>
  /** Deletes at most `limit` values whose time has passed. @returns how many. */
  deleteExpired(limit: number): Promise<number>
}
