import type { TokenAnswerOnWire } from '@sessionward/protocol'
import type { AuthServer } from '../../src/auth-server.js'
import { appOrigin } from './auth-server.js'
import { passwordOf } from './people.js'

/** What a browser sends of a page on a listed origin. */
const page = { Origin: appOrigin, 'Sec-Fetch-Site': 'same-site' }

/** A browser: a cookie jar, and requests of a page. It applies Set-Cookie as RFC 6265 section 5.3 says, for one host. */
export class Browser {
  readonly #auth: Pick<AuthServer, 'fetch'>
  readonly jar = new Map<string, string>()

  constructor(auth: Pick<AuthServer, 'fetch'>) {
    this.#auth = auth
  }

  /** Sends, and leaves the answer's cookies to `apply`: an answer may get lost on its way. */
  send(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return this.#auth.fetch(this.request(path, body, headers), { address: '192.0.2.7' })
  }

  async post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Response> {
    const response = await this.send(path, body, headers)
    this.apply(response)
    return response
  }

  request(path: string, body?: unknown, headers: Record<string, string> = {}): Request {
    const cookie = [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ')
    return new Request(`https://auth.example.com${path}`, {
      method: 'POST',
      headers: {
        ...page,
        ...(cookie === '' ? {} : { Cookie: cookie }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
  }

  apply(response: Response): void {
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = cookie.split('; ')
      const equals = pair.indexOf('=')
      const name = pair.slice(0, equals)
      if (attributes.includes('Max-Age=0')) this.jar.delete(name)
      else this.jar.set(name, pair.slice(equals + 1))
    }
  }

  async signIn(username: string, more: object = {}): Promise<TokenAnswerOnWire> {
    const response = await this.post('/auth/login', { username, password: passwordOf(username), ...more })
    if (response.status !== 200) throw new Error(`sign-in was answered ${response.status}: ${await response.text()}`)
    return (await response.json()) as TokenAnswerOnWire
  }
}

/** Code of an error answer. */
export async function codeOf(response: Response): Promise<string> {
  return ((await response.json()) as { code: string }).code
}
