import { now, pause } from '../config.js'
import type { Wire } from '../wire.js'
import { type Act, type Scene, secondsLeft } from './act.js'

const every = 40
const atMost = 60

/** What a business server needs for the last two acts. */
export const guardLines = `import express from 'express'
import { createGuard } from '@sessionward/guard'
import { protect } from '@sessionward/guard/express'

const guard = createGuard({
  issuer: 'http://localhost:4000',
  audience: 'http://localhost:4000',
  feed: { credential },
})
express().get('/api/hello', protect(guard),
  (req, res) => { res.json(req.auth) })`

/** Sign out everywhere: the business server refuses within the second, though the token had time left. */
export const everywhere: Act = {
  id: 'everywhere',
  pace: 1,
  lines: guardLines,
  async play(scene) {
    const { client, wire } = scene
    const token = await client.token()
    const sid = client.session?.id ?? ''
    const asking = keepAsking(scene, token)
    await pause(every * 3)
    const left = secondsLeft(token)
    const leaving = client.signOut({ everywhere: true })
    const from = now()
    const ticking = setInterval(() => scene.count(now() - from), 50)
    await leaving
    const milliseconds = await lagOf(wire, sid, asking)
    clearInterval(ticking)
    scene.count(milliseconds)
    return (words) => words.seen.everywhere({ milliseconds, left })
  },
}

/** Asks the business server with one and the same access token, again and again, until it has refused three times. */
async function keepAsking({ config, emit, self, wire }: Scene, token: string): Promise<void> {
  let refused = 0
  const asking: Promise<void>[] = []
  const ask = async (number: number): Promise<void> => {
    const call = `${self}:everywhere:${now()}:${number}`
    emit({ type: 'call', call, lane: self, at: now() })
    const request = new Request(`${config.api}/api/hello`, { headers: { Authorization: `Bearer ${token}` } })
    const response = await wire.fetch(request, { lane: self, call })
    if (!response.ok) refused += 1
    emit({ type: 'settled', call, outcome: response.ok ? 'ok' : 'refused', at: now() })
  }
  for (let number = 0; number < atMost && refused < 3; number += 1) {
    asking.push(ask(number))
    await pause(every)
  }
  await Promise.all(asking)
}

/** Milliseconds from the end of the session to its first refusal, on the servers' own clock. */
async function lagOf(wire: Wire, sid: string, asking: Promise<void>): Promise<number> {
  await asking
  const { milliseconds } = await wire.control('auth', 'lag', { sid })
  if (typeof milliseconds !== 'number') throw new Error('the business server did not refuse')
  return Math.max(1, Math.round(milliseconds))
}
