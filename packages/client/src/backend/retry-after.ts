/**
 * Seconds that an answer asks to wait (RFC 9110 section 10.2.3); 0 if it does not say. A date counts against the server's
 * clock, or against this one where the page may not read `Date`.
 */
export function retryAfter(headers: Headers, wall: number): number {
  const text = headers.get('Retry-After')!
  const now = Date.parse(headers.get('Date')!) || wall
  return Math.max(0, Number(text) || (Date.parse(text) - now) / 1000 || 0)
}
