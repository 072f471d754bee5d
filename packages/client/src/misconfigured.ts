import type { ErrorCode } from '@sessionward/protocol'
import type { Environment } from './environment.js'
import type { Events } from './events.js'

/** The first refresh after a sign-in found no cookie. */
export function reportMissingCookie(events: Events): void {
  const hint = 'The refresh cookie does not arrive: page and auth server must be on one site.'
  events.emit('misconfigured', { code: 'refresh_token_missing', hint })
}

const limit = 3
const period = 30_000

/** Fresh tokens that an origin refused: after three in 30 seconds another refresh would not help. */
export interface Refusals {
  /** Whether another refresh would not help. */
  hopeless(origin: string): boolean
  /** A request was refused although it had just been replayed with a fresh token. */
  note(origin: string, jti: string, code: ErrorCode): void
}

export function createRefusals({ monotonic }: Environment, events: Events): Refusals {
  let recent: readonly { readonly origin: string; readonly jti: string; readonly at: number }[] = []
  const of = (origin: string) => recent.filter((one) => one.origin === origin && monotonic() - one.at < period)
  const hopeless = (origin: string) => of(origin).length >= limit
  return {
    hopeless,
    note(origin, jti, code) {
      if (hopeless(origin) || of(origin).some((one) => one.jti === jti)) return
      recent = [...recent, { origin, jti, at: monotonic() }].slice(-100)
      if (hopeless(origin)) events.emit('misconfigured', { code, hint: `${origin} refuses fresh access tokens.` })
    },
  }
}
