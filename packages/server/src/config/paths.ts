/** The base path of the endpoints. @throws TypeError */
export function readBasePath(path = '/auth'): string {
  // URL parsing removes dot segments, so such a path would never match.
  if (typeof path !== 'string' || !/^(\/(?!\.{1,2}(\/|$))[A-Za-z0-9._~-]+)+$/.test(path))
    throw new TypeError('basePath must be a path such as /auth, without a trailing slash')
  return path
}

/** The path of the journal; null if there is none. @throws TypeError */
export function readJournalPath(path: string | undefined): string | null {
  if (path === undefined) return null
  if (typeof path !== 'string' || path === '') throw new TypeError('journal must be the path of a file')
  return path
}
