import type { LegacyIdentity } from '../../src/legacy/identity.js'
import type { AuthServerOptions } from '../../src/options.js'

/** Another system with sessions in its own table: what an application moves away from. */
export class OldSystem {
  readonly #sessions = new Map<string, LegacyIdentity>()
  /** How often it was called with a token. */
  asked = 0
  /** Called before each answer. */
  before: () => unknown = () => {}

  /** Signs somebody in there. @returns the token. */
  signIn(subject: string, more: Partial<LegacyIdentity> = {}): string {
    const token = `old-${subject}-${this.#sessions.size}`
    this.#sessions.set(token, { subject, issuedAt: Date.now() - 3_600_000, ...more })
    return token
  }

  /** Puts a token on its list of revoked ones. */
  revoke(token: string): void {
    this.#sessions.delete(token)
  }

  /** Changes what it says of a token. */
  change(token: string, more: Partial<LegacyIdentity>): void {
    this.#sessions.set(token, { ...this.#sessions.get(token)!, ...more })
  }

  /** `adoptLegacy` for tests: until a day that is far away, with the cookie `old`. */
  options(more: Partial<AuthServerOptions['adoptLegacy']> = {}): Pick<AuthServerOptions, 'adoptLegacy'> {
    const identify = async (token: string) => {
      this.asked++
      await this.before()
      return this.#sessions.get(token) ?? null
    }
    return { adoptLegacy: { until: '2099-12-31', cookie: 'old', identify, ...more } }
  }
}
