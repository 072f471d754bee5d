import type { Environment } from './environment.js'
import type { Events } from './events.js'

const most = 3
const within = 30_000

/** Fresh tokens that were refused: after three in 30 seconds another refresh would be no cure. */
export interface Refusals {
  /** Whether refreshing has been tried in vain. */
  hopeless(): boolean
  /** A request was refused although it had just been replayed with a fresh token. */
  note(jti: string, code: string, origin: string): void
}

export function createRefusals({ monotonic }: Environment, events: Events): Refusals {
  let recent: readonly { readonly jti: string; readonly at: number }[] = []
  const hopeless = () => recent.length === most && monotonic() - recent[0]!.at < within
  return {
    hopeless,
    note(jti, code, origin) {
      if (hopeless() || recent.some((one) => one.jti === jti)) return
      recent = [...recent, { jti, at: monotonic() }].slice(-most)
      if (hopeless()) events.emit('misconfigured', { code, hint: `${origin} refuses fresh access tokens.` })
    },
  }
}
