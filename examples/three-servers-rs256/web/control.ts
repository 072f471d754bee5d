import type { BusinessServer } from './config.js'

export interface ServerState {
  /** The clock of the servers, in milliseconds since the epoch. */
  readonly now: number
  readonly running: Readonly<Record<BusinessServer, boolean>>
}

/** Does something to the servers of this demonstration. */
export async function control(
  ...path: readonly ['state'] | readonly ['rotate'] | readonly ['advance' | 'start' | 'stop', string]
): Promise<ServerState> {
  const method = path[0] === 'state' ? 'GET' : 'POST'
  const response = await fetch(`/control/${path.join('/')}`, { method })
  return await response.json()
}
