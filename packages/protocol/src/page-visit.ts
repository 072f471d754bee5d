/**
 * Whether a browser loads a page that a person will see: the only kind of request that is answered with HTML or a redirect.
 *
 * `Sec-Fetch-Mode: navigate` says so (Fetch Metadata section 2.2). On plain http, where browsers do not send it, `Accept` must
 * name `text/html` and no `X-Requested-With` may come, which jQuery adds. Prefetches and prerenders are not visits: nobody may
 * ever look at them. Neither is HEAD.
 *
 * @param header reads a header of the request by its name in lower case.
 */
export function isPageVisit(method: string, header: (name: string) => string | null | undefined): boolean {
  if (!/^(GET|POST)$/.test(method) || isPrefetch(header)) return false
  const mode = header('sec-fetch-mode')
  if (mode) return mode === 'navigate' && !/^(embed|object)$/.test(header('sec-fetch-dest') ?? '')
  return /\btext\/html\b/.test(header('accept') ?? '') && !header('x-requested-with')
}

/** Whether the request is a prefetch of a browser, or of Next's router. */
function isPrefetch(header: (name: string) => string | null | undefined): boolean {
  const purposes = [header('sec-purpose'), header('purpose'), header('x-purpose'), header('x-moz')]
  return (
    purposes.some((purpose) => /prefetch|prerender|preview/i.test(purpose ?? '')) || !!header('next-router-prefetch')
  )
}
