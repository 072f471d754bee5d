import type { TokenAnswerOnWire } from '@sessionward/protocol'
import type { AuthServer } from '../../src/auth-server.js'
import { passwordOf } from './people.js'

/** A page of a sliding session: it holds one token and sends it as `Authorization: Bearer`. */
export class SingleToken {
  readonly #auth: Pick<AuthServer, 'fetch'>
  token = ''

  constructor(auth: Pick<AuthServer, 'fetch'>, token = '') {
    this.#auth = auth
    this.token = token
  }

  static async signIn(auth: Pick<AuthServer, 'fetch'>, username = 'ann', more: object = {}): Promise<SingleToken> {
    const page = new SingleToken(auth)
    const response = await page.send('/auth/login', { username, password: passwordOf(username), ...more })
    if (response.status !== 200) throw new Error(`sign-in was answered ${response.status}: ${await response.text()}`)
    page.token = ((await response.json()) as TokenAnswerOnWire).access_token
    return page
  }

  async send(path: string, body?: unknown, method = 'POST'): Promise<Response> {
    const request = new Request(`https://auth.example.com${path}`, {
      method,
      headers: {
        ...(this.token === '' ? {} : { Authorization: `Bearer ${this.token}` }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return this.#auth.fetch(request, { address: '192.0.2.7' })
  }

  /** Exchanges the token for the next one, and keeps that unless the answer gets lost. @returns the code of a refusal */
  async exchange({ lost = false } = {}): Promise<string> {
    const response = await this.send('/auth/refresh')
    if (response.status !== 200) return ((await response.json()) as { code: string }).code
    if (!lost) this.token = ((await response.json()) as TokenAnswerOnWire).access_token
    return 'granted'
  }

  /** The same token in another tab, or in other hands. */
  copy(): SingleToken {
    return new SingleToken(this.#auth, this.token)
  }
}
