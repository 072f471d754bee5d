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

export function createRefusals(environment: Environment, events: Events): Refusals {
  const recent = new Map<string, number>()
  const hopeless = () => {
    for (const [jti, at] of recent) if (environment.monotonic() - at > within) recent.delete(jti)
    return recent.size >= most
  }
  return {
    hopeless,
    note(jti, code, origin) {
      if (hopeless()) return
      recent.set(jti, environment.monotonic())
      if (hopeless()) events.emit('misconfigured', { code, hint: `${origin} refuses fresh access tokens.` })
    },
  }
}
