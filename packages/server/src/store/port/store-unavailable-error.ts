/** The store is unavailable. Nobody is signed out because of it: callers answer 503 with Retry-After. */
export class StoreUnavailableError extends Error {
  override name = 'StoreUnavailableError'
}
