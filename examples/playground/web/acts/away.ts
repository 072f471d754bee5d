import { now } from '../config.js'
import { tally } from '../stage/tally.js'
import { type Act, clientLines, expire, requireSession } from './act.js'

const seconds = 10

/** The auth server is gone for ten seconds: waiting, not signed out; then everything arrives. */
export const away: Act = {
  id: 'away',
  pace: 0.27,
  lines: `${clientLines}

client.on('degraded', ({ error }) => {
  console.log('again in', error.retryAfter)
})
client.on('refresh', ({ generation }) => {
  console.log('back', generation)
})`,
  async play(scene) {
    await expire(scene, scene.client)
    const { emit, model, self, wire, client } = scene
    await wire.control('auth', 'away', { sid: client.session?.id, seconds })
    const from = now()
    emit({ type: 'away', until: from + seconds * 1000, at: from })
    await Promise.all([scene.ask(), scene.ask(), scene.ask()])
    requireSession(client)
    const counts = tally(model, from, self)
    const longest = Math.round(counts.longestWait / 100) / 10
    return (words) => words.seen.away({ ...counts, away: seconds, tries: counts.refreshes, longest })
  },
}
