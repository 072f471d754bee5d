/** A JSON answer that no cache may keep (RFC 9111 section 5.2.2.5; RFC 6749 section 5.1 wants both headers). */
export function jsonResponse(body: unknown, status = 200, setCookies: readonly string[] = []): Response {
  const headers: [string, string][] = [
    ['Content-Type', 'application/json'],
    ['Cache-Control', 'no-store'],
    ['Pragma', 'no-cache'],
    ...setCookies.map((cookie): [string, string] => ['Set-Cookie', cookie]),
  ]
  return new Response(JSON.stringify(body), { status, headers })
}

/** An answer without content that no cache may keep. */
export function emptyResponse(setCookies: readonly string[] = []): Response {
  const headers: [string, string][] = [
    ['Cache-Control', 'no-store'],
    ...setCookies.map((cookie): [string, string] => ['Set-Cookie', cookie]),
  ]
  return new Response(null, { status: 204, headers })
}
