import { now, pause } from '../config.js'
import { type Act, secondsLeft } from './act.js'
import { keepAsking, lagOf } from './keep-asking.js'

/** What a business server needs for the last two acts. */
export const guardLines = `import express from 'express'
import { createGuard } from
  '@sessionward/guard'
import { protect } from
  '@sessionward/guard/express'

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
    const asking = keepAsking(scene, scene.self, token)
    await pause(120)
    const left = secondsLeft(token)
    const leaving = client.signOut({ everywhere: true })
    const from = now()
    const ticking = setInterval(() => scene.count(now() - from), 50)
    await leaving
    scene.emit({ type: 'told', session: sid, at: (from + now()) / 2 })
    await asking
    const milliseconds = await lagOf(wire, sid)
    clearInterval(ticking)
    scene.count(milliseconds)
    return (words) => words.seen.everywhere({ milliseconds, left })
  },
}
