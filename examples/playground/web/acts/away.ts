import { now } from '../config.js'
import { tally } from '../stage/tally.js'
import { type Act, expire, fetchCode, requireSession, sendAtOnce } from './act.js'

const seconds = 10

/** The auth server is unavailable for ten seconds: the client waits, nobody is signed out, and every request is answered. */
export const away: Act = {
  id: 'away',
  pace: 0.27,
  code: fetchCode,
  async play(scene) {
    const { emit, mine, model, self, wire } = scene
    await expire(scene, mine.client)
    await wire.control('auth', 'away', { sid: mine.client.session?.id, seconds })
    const from = now()
    emit({ type: 'unavailable', until: from + seconds * 1000, at: from })
    await sendAtOnce(scene.config, mine, 3)
    requireSession(mine.client)
    const counts = tally(model, from, self)
    const longest = Math.round(counts.longestWait / 100) / 10
    return (words) => words.seen.away({ ...counts, away: seconds, tries: counts.refreshes, longest })
  },
}
