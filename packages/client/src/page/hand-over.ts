/** Milliseconds. */
const timeout = 8000

/**
 * Sends an access token to the site's page guard, which sets it as the access cookie; without a token, deletes that cookie.
 *
 * @param address of the page guard: its `path`, and `/hand-over`
 * @param token undefined: nobody is signed in any more
 * @throws what `fetch` throws, also after 8 s
 */
export async function handOver(address: string, token: string | undefined): Promise<Response> {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), timeout)
  try {
    return await fetch(address, {
      method: token === undefined ? 'DELETE' : 'POST',
      headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
      signal: controller.signal,
      // A sign-out is often the last thing that a page does.
      keepalive: true,
    })
  } finally {
    clearTimeout(timer)
  }
}
