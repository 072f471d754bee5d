import type { AuthServer } from '@sessionward/server'
import type { Context } from 'koa'
import { business, codes } from './business.js'

/**
 * POST /access-token as the old front end knows it: the cookie is the credential, and the answer is an access token and who that
 * is. No cookie, or one that nobody knows, is 401. The auth server does the work, at its own endpoint.
 */
export function accessTokenRoute(auth: AuthServer) {
  return async (context: Context): Promise<void> => {
    const request = new Request(`${auth.issuer}/auth/refresh`, { method: 'POST', headers: browserHeaders(context) })
    const response = await auth.fetch(request, { address: context.ip })
    context.set('Cache-Control', 'no-store')
    for (const cookie of response.headers.getSetCookie()) context.append('Set-Cookie', cookie)
    // The auth server answers 204 where nobody is signed in: for a page that opens, that is no error.
    if (response.status === 204) return answer(context, 401, notSignedIn)
    const body = (await response.json()) as Body
    return answer(context, response.status, response.ok ? business.ok(accessTokenOf(body.data)) : body)
  }
}

interface Body {
  readonly data: Readonly<Record<string, unknown>>
}

/** Who asks, and for which page: without them, any site could use the cookie. */
function browserHeaders({ headers }: Context): Record<string, string> {
  const names = ['cookie', 'origin', 'sec-fetch-site', 'user-agent']
  return Object.fromEntries(names.flatMap((name) => (headers[name] ? [[name, String(headers[name])]] : [])))
}

function accessTokenOf({ access_token, expires_in, user }: Body['data']) {
  return { accessToken: access_token, expiresIn: expires_in, user }
}

const notSignedIn = { code: codes.signIn, message: 'Nobody is signed in.', data: null }

function answer(context: Context, status: number, body: unknown): void {
  context.status = status
  context.body = body
}
