import { now, pause } from '../config.js'
import type { Wire } from '../wire.js'
import type { Scene } from './act.js'

const atMost = 80
const refusalsNeeded = 3

/**
 * Sends requests with one access token until the business server has refused three of them. The stage draws them as one
 * bundle.
 *
 * @param interval Milliseconds between two requests.
 * @returns how many were refused.
 */
export async function sendUntilRefused(
  { config, wire }: Scene,
  lane: string,
  token: string,
  interval: number,
): Promise<number> {
  const bundle = `${lane}:${now()}`
  let refused = 0
  const sending: Promise<void>[] = []
  const send = async (): Promise<void> => {
    const request = new Request(`${config.api}/api/hello`, { headers: { Authorization: `Bearer ${token}` } })
    const response = await wire.fetch(request, { lane, bundle })
    if (!response.ok) refused += 1
  }
  while (sending.length < atMost && refused < refusalsNeeded) {
    sending.push(send())
    await pause(interval)
  }
  await Promise.all(sending)
  return refused
}

/** Milliseconds from the end of a session to its first refusal by the business server, on the servers' own clock. */
export async function lagOf(wire: Wire, sid: string): Promise<number> {
  const { milliseconds } = await wire.control('auth', 'lag', { sid })
  if (typeof milliseconds !== 'number') throw new Error('the business server did not refuse')
  return Math.max(1, Math.round(milliseconds))
}
