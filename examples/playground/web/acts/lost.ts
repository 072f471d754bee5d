import { now } from '../config.js'
import { tally } from '../stage/tally.js'
import { type Act, clientLines, expire, requireSession } from './act.js'

/** Lose the next answer: the refresh succeeds on the server, the answer never arrives, the person stays signed in. */
export const lost: Act = {
  id: 'lost',
  pace: 0.7,
  lines: `${clientLines}

const url = 'http://localhost:4001/api/hello'
try {
  await client.fetch(url)
} catch (error) {
  // RefreshUnavailableError: still signed in
  // and the client tries again by itself
}`,
  async play(scene) {
    await expire(scene, scene.client)
    await scene.wire.control('auth', 'lose', { sid: scene.client.session?.id })
    const from = now()
    await Promise.all([scene.ask(), scene.ask(), scene.ask()])
    requireSession(scene.client)
    const counts = tally(scene.model, from, scene.self)
    return (words) => words.seen.lost(counts)
  },
}
