/**
 * What carries the result of a check for the handlers of a request: the list of its header lines, from which the token came, so
 * a proxy of the request and an object that is derived from it have it too.
 *
 * Not the request itself: before Node 24, each request of Express has a hidden class of its own, because Express changes its
 * prototype, and V8 copies the class for every member that is added. That takes longer than the check of a cached token; so does
 * a WeakMap. An emulated request that has no such list carries the result itself.
 */
export function carrierOf(request: object): Record<symbol, unknown> {
  const { rawHeaders = request } = request as { readonly rawHeaders?: object }
  return rawHeaders as Record<symbol, unknown>
}
