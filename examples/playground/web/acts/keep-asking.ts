import { now, pause } from '../config.js'
import type { Wire } from '../wire.js'
import type { Scene } from './act.js'

const atMost = 80

/**
 * Asks the business server with one and the same access token, again and again, until it has refused three times.
 *
 * @param every milliseconds between two requests.
 */
export async function keepAsking(
  { config, emit, wire }: Scene,
  lane: string,
  token: string,
  every = 30,
): Promise<void> {
  let refused = 0
  const asking: Promise<void>[] = []
  const ask = async (number: number): Promise<void> => {
    const call = `${lane}:${now()}:${number}`
    emit({ type: 'call', call, lane, at: now() })
    const request = new Request(`${config.api}/api/hello`, { headers: { Authorization: `Bearer ${token}` } })
    const response = await wire.fetch(request, { lane, call })
    if (!response.ok) refused += 1
    emit({ type: 'settled', call, outcome: response.ok ? 'ok' : 'refused', at: now() })
  }
  for (let number = 0; number < atMost && refused < 3; number += 1) {
    asking.push(ask(number))
    await pause(every)
  }
  await Promise.all(asking)
}

/** Milliseconds from the end of a session to its first refusal by the business server, on the servers' own clock. */
export async function lagOf(wire: Wire, sid: string): Promise<number> {
  const { milliseconds } = await wire.control('auth', 'lag', { sid })
  if (typeof milliseconds !== 'number') throw new Error('the business server did not refuse')
  return Math.max(1, Math.round(milliseconds))
}
