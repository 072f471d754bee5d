/** Counts on the global object, since the bundles of a page and of a route do not share modules. */
export async function saveName() {
  globalThis.renamed = (globalThis.renamed ?? 0) + 1
}
