import type { AuthServer } from '../../src/auth-server.js'
import type { Browser } from './browser.js'

/** What Chromium sends with a click on a link of another host of the site. */
export const navigation = {
  Accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
  'Sec-Fetch-Mode': 'navigate',
  'Sec-Fetch-Dest': 'document',
  'Sec-Fetch-Site': 'same-site',
}

/** A page visit to the auth server with the cookies that the browser has now. Its answer's cookies are left to `apply`. */
export function visit(
  auth: Pick<AuthServer, 'fetch'>,
  browser: Browser,
  path: string,
  headers: Record<string, string> = navigation,
): Promise<Response> {
  const cookie = [...browser.jar].map(([name, value]) => `${name}=${value}`).join('; ')
  const all = cookie === '' ? headers : { ...headers, Cookie: cookie }
  return auth.fetch(new Request(`https://auth.example.com${path}`, { headers: all }))
}
