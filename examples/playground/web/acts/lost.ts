import { now } from '../config.js'
import { tally } from '../stage/tally.js'
import { type Act, expire, fetchCode, requireSession, sendAtOnce } from './act.js'

/** The answer to a refresh is lost: the auth server has granted it, the client has not got it, the person stays signed in. */
export const lost: Act = {
  id: 'lost',
  pace: 0.7,
  code: fetchCode,
  async play(scene) {
    const { client } = scene.mine
    await expire(scene, client)
    await scene.wire.control('auth', 'lose', { sid: client.session?.id })
    const from = now()
    await sendAtOnce(scene.config, scene.mine, 3)
    requireSession(client)
    const counts = tally(scene.model, from, scene.self)
    return (words) => words.seen.lost(counts)
  },
}
