/** How often an action of the page has changed something: what a refused one must not do. */
export const dynamic = 'force-dynamic'

export function GET() {
  return Response.json({ renamed: globalThis.renamed ?? 0 })
}
