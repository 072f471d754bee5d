import { passwordOf, post } from './device.js'

/** People who register, sign in and sign out, one after the other, and what the server answered them. */
export class Visitors {
  readonly #server: string
  #count = 0
  /** User names of the accounts that it said were made. */
  readonly accounts: string[] = []
  /** Refresh tokens of the sessions that it said had ended. */
  readonly signedOut: string[] = []
  /** Those of them that were good for a token afterwards. */
  readonly cameBack: string[] = []

  constructor(server: string) {
    this.#server = server
  }

  /** Four at a time. */
  async goOnUntil(signal: AbortSignal): Promise<void> {
    const come = async () => {
      // Who gets no answer goes away: nothing was promised.
      while (!signal.aborted) await this.#visit(`visitor-${this.#count++}`).catch(() => {})
    }
    await Promise.all([come(), come(), come(), come()])
  }

  async #visit(username: string): Promise<void> {
    const person = { username, password: passwordOf(username) }
    const registered = await post(this.#server, '/auth/register', person)
    if (registered.status !== 201) return
    this.accounts.push(username)
    const signedIn = await post(this.#server, '/auth/login', { ...person, transport: 'body' })
    if (signedIn.status !== 200) return
    const { refresh_token } = (await signedIn.json()) as { readonly refresh_token: string }
    const out = await post(this.#server, '/auth/logout', { refresh_token })
    if (out.status !== 204) return
    this.signedOut.push(refresh_token)
    const again = await post(this.#server, '/auth/refresh', { refresh_token })
    if (again.status === 200) this.cameBack.push(refresh_token)
  }
}
